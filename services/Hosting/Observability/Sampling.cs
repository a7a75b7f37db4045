using Hosting.Configuration;
using Microsoft.Extensions.Configuration;
using OpenTelemetry.Trace;

namespace Hosting.Observability;

/// <summary>
/// Which traces are kept: the share that <c>OTEL_TRACES_SAMPLER_ARG</c> says (all by default), by trace, so that a kept one is complete in
/// every service. What a timer asks a database or another service for begins no trace: it belongs to no request, and would be most of what
/// is stored.
/// </summary>
internal sealed class Sampling(Sampler share) : Sampler
{
    private const string Share = "OTEL_TRACES_SAMPLER_ARG";

    /// <param name="isPublic">Strangers reach this service: what their requests say of sampling counts for nothing.</param>
    /// <exception cref="SettingException">The share is no number from 0 to 1.</exception>
    public static Sampler From(IConfiguration configuration, bool isPublic)
    {
        var own = new Sampling(new TraceIdRatioBasedSampler(configuration.Number(Share, 1, 0, 1)));
        return isPublic ? new ParentBasedSampler(own, remoteParentSampled: own, remoteParentNotSampled: own) : new ParentBasedSampler(own);
    }

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        samplingParameters.ParentContext.TraceId == default && samplingParameters.Kind == System.Diagnostics.ActivityKind.Client
            ? new SamplingResult(SamplingDecision.Drop)
            : share.ShouldSample(samplingParameters);
}
