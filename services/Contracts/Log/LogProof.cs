namespace Contracts.Log;

/// <summary>Checks proofs, as RFC 9162 does in sections 2.1.3.2 and 2.1.4.2.</summary>
public static class LogProof
{
    /// <returns>True when the leaf stands at that index of the tree with that size and root.</returns>
    public static bool IsIncluded(long index, long size, byte[] leafHash, IReadOnlyList<byte[]> proof, byte[] root)
    {
        if (index < 0 || index >= size)
            return false;
        var (node, last, hash) = (index, size - 1, leafHash);
        foreach (var beside in proof)
        {
            if (last == 0)
                return false;
            if (node % 2 == 1 || node == last)
            {
                hash = LogHash.OfNode(beside, hash);
                while (node % 2 == 0 && node != 0)
                    (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                hash = LogHash.OfNode(hash, beside);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && hash.AsSpan().SequenceEqual(root);
    }

    /// <returns>True when the old tree is the beginning of the new one.</returns>
    public static bool IsExtended(long old, byte[] oldRoot, long size, byte[] root, IReadOnlyList<byte[]> proof)
    {
        if (old < 0 || old > size)
            return false;
        if (old == size || old == 0)
            return proof.Count == 0 && (old == 0 ? oldRoot.AsSpan().SequenceEqual(LogHash.Empty()) : oldRoot.AsSpan().SequenceEqual(root));
        var rest = long.IsPow2(old) ? proof.Prepend(oldRoot).ToList() : [.. proof];
        if (rest.Count == 0)
            return false;
        var (node, last) = (old - 1, size - 1);
        while (node % 2 == 1)
            (node, last) = (node >> 1, last >> 1);
        var (first, second) = (rest[0], rest[0]);
        foreach (var beside in rest.Skip(1))
        {
            if (last == 0)
                return false;
            if (node % 2 == 1 || node == last)
            {
                (first, second) = (LogHash.OfNode(beside, first), LogHash.OfNode(beside, second));
                while (node % 2 == 0 && node != 0)
                    (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                second = LogHash.OfNode(second, beside);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && first.AsSpan().SequenceEqual(oldRoot) && second.AsSpan().SequenceEqual(root);
    }
}
