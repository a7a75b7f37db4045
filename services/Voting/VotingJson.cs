using System.Text.Json;
using System.Text.Json.Serialization;
using Voting.Integrity;
using Voting.Log;
using Voting.PublicLedger;
using Voting.Voters;
using Voting.Votes;

namespace Voting;

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 8,
    Converters = [typeof(Hosting.Http.UtcConverter)]
)]
[JsonSerializable(typeof(CastVote.Body))]
[JsonSerializable(typeof(VoteAnswer))]
[JsonSerializable(typeof(VotesAnswer))]
[JsonSerializable(typeof(IssueVoter.Issued))]
[JsonSerializable(typeof(ReadLedger.Page))]
[JsonSerializable(typeof(ReadLedger.MinutesPage))]
[JsonSerializable(typeof(List<ReadLedger.TotalsAnswer>))]
[JsonSerializable(typeof(VerifiedAnswer))]
[JsonSerializable(typeof(PublicModeration.ModerationPage))]
[JsonSerializable(typeof(List<PublicModeration.NoticeAnswer>))]
[JsonSerializable(typeof(PublicModeration.GateAnswer))]
[JsonSerializable(typeof(Moderate.CaseAnswer))]
[JsonSerializable(typeof(List<Moderate.CaseAnswer>))]
[JsonSerializable(typeof(Moderate.DecisionBody))]
internal sealed partial class VotingJson : JsonSerializerContext;
