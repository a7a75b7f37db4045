namespace Operator.PublicLog;

/// <summary>A log's files by their paths below its prefix: <c>checkpoint</c>, <c>tile/0/000</c>, <c>tile/entries/000</c>.</summary>
internal interface ILogFiles
{
    /// <summary>For a person.</summary>
    string Place { get; }

    /// <returns>The file's bytes; null when there is none.</returns>
    /// <exception cref="HttpRequestException">The site can't be reached or refuses.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken);
}
