namespace Hosting.Description;

/// <summary>The name that the API's description gives a type, where the type's own says too little outside of its file.</summary>
/// <param name="name">Unique in all services, since their descriptions are merged.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Enum)]
public sealed class SchemaNameAttribute(string name) : Attribute
{
    public string Name => name;
}
