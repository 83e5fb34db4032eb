namespace NetworkProtocol.Fast.Dispatch;

/// <summary>Kinds of <see cref="RouteMatch"/>.</summary>
public enum RouteMatchKind
{
    /// <summary>One name.</summary>
    Exact,

    /// <summary>Every name with this prefix.</summary>
    Prefix,

    /// <summary>One type number.</summary>
    Number,

    /// <summary>A range of type numbers, both ends included.</summary>
    Range,

    /// <summary>Everything that nothing else matches.</summary>
    Any,
}
