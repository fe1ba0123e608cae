#include "runtime/metadata/metadata.hpp"

#include "attest/policy.hpp"
#include "runtime/phat_contracts/contracts.hpp"
#include "runtime/system/system.hpp"
#include "runtime/test_chain.hpp"

namespace cloister::runtime::metadata {
namespace {

void consume(scale::Decoder& decoder, std::string_view type);

// "(A, B)", "{a: A}" or "a: A, b: B".
void consume_fields(scale::Decoder& decoder, std::string_view fields) {
    const bool unnamed = fields.starts_with('(');
    if (unnamed || fields.starts_with('{')) fields = fields.substr(1, fields.size() - 2);
    for (const auto part : split(fields, ',')) {
        consume(decoder, unnamed ? part : part.substr(part.find(": ") + 2));
    }
}

void consume_named(scale::Decoder& decoder, const NamedType& type) {
    if (type.body.starts_with("struct ")) return consume_fields(decoder, type.body.substr(7));
    const std::string index = "=" + std::to_string(decoder.byte());
    for (const auto variant : split(type.body.substr(4), ';')) {
        const auto fields = std::min(variant.find_first_of("({"), variant.size());
        if (variant.substr(variant.find('='), fields - variant.find('=')) != index) continue;
        return consume_fields(decoder, variant.substr(fields));
    }
    decoder.fail(scale::Error::InvalidVariant);
}

void consume(scale::Decoder& decoder, std::string_view type) {
    static const std::map<std::string_view, std::size_t> sizes{
        {"bool", 1}, {"u8", 1}, {"u16", 2}, {"u32", 4}, {"u64", 8}, {"u128", 16}};
    if (const auto size = sizes.find(type); size != sizes.end()) {
        decoder.raw(size->second);
    } else if (type == "Bytes" || type == "Text") {
        decoder.raw(decoder.length(1U << 24, 1));
    } else if (type.starts_with("Vec<")) {
        const std::size_t count = decoder.length(1U << 16, 1);
        for (std::size_t i = 0; i < count && !decoder.failed(); ++i) {
            consume(decoder, type.substr(4, type.size() - 5));
        }
    } else if (type.starts_with("Option<")) {
        if (decoder.byte() == 1) consume(decoder, type.substr(7, type.size() - 8));
    } else if (type.starts_with("Compact<")) {
        decoder.compact(~u128{0});
    } else if (type.starts_with("[u8; ")) {
        decoder.raw(static_cast<std::size_t>(std::stoi(std::string(type.substr(5)))));
    } else if (type.starts_with("(")) {
        consume_fields(decoder, type);
    } else {
        const auto named = std::ranges::find(named_types(), type, &NamedType::name);
        ASSERT_NE(named, named_types().end()) << type;
        consume_named(decoder, *named);
    }
}

bool fits(std::string_view type, const Bytes& value) {
    scale::Decoder decoder(value);
    consume(decoder, type);
    return !decoder.failed() && decoder.remaining() == 0;
}

TEST(Metadata, TypesAgreeWithTheStructsThatTheyDescribe) {
    using namespace protocol;
    EXPECT_TRUE(fits("AccountInfo", scale::encode(system::AccountInfo{})));
    EXPECT_TRUE(fits("Collateral", scale::encode(attest::Collateral{})));
    EXPECT_TRUE(fits("Policy", scale::encode(attest::Policy{})));
    EXPECT_TRUE(fits("MeasurementApproval", scale::encode(MeasurementApproval{})));
    EXPECT_TRUE(fits("Registration", scale::encode(Registration{})));
    EXPECT_TRUE(fits("WorkerInfo", scale::encode(WorkerInfo{})));
    EpochKey epoch;
    epoch.holders.emplace_back();
    EXPECT_TRUE(fits("EpochKey", scale::encode(epoch)));
    EXPECT_TRUE(fits("ClusterKey", scale::encode(ClusterKey{})));
    EXPECT_TRUE(fits("ContractKey", scale::encode(ContractKey{})));
    EXPECT_TRUE(fits("ClusterInfo", scale::encode(contracts::ClusterInfo{})));
    EXPECT_TRUE(fits("ContractInfo", scale::encode(ContractInfo{})));
    EXPECT_TRUE(fits("RequestRecord", scale::encode(RequestRecord{})));
    EXPECT_TRUE(fits("PendingDraw", scale::encode(PendingDraw{{}, {TaskId{1}}})));
    EXPECT_TRUE(fits("Assignment", scale::encode(Assignment{})));
    EXPECT_TRUE(fits("Batch", scale::encode(Batch{})));
    EXPECT_TRUE(fits("SubmittedReceipt", scale::encode(SubmittedReceipt{})));
    EXPECT_TRUE(fits("TaskResult", scale::encode(TaskResult{})));
    EXPECT_TRUE(fits("AcceptedState", scale::encode(AcceptedState{})));
    EXPECT_TRUE(fits("RuntimeVersion", runtime_version()));
}

TEST(Metadata, CallsAgreeWithTheirArguments) {
    using namespace protocol;
    EXPECT_TRUE(fits("RuntimeCall", encode_call(SystemRemark{})));
    EXPECT_TRUE(fits("RuntimeCall", encode_call(TimestampSet{})));
    EXPECT_TRUE(fits("RuntimeCall", encode_call(TransferAllowDeath{})));
    EXPECT_TRUE(fits("RuntimeCall", encode_call(TransferKeepAlive{})));
    EXPECT_TRUE(fits("RuntimeCall", encode_call(GovernanceEnact{})));
    EXPECT_TRUE(fits("RuntimeCall", encode_call(SubmitCollateral{})));
    EXPECT_TRUE(fits("RuntimeCall", encode_call(ApproveMeasurement{})));
    EXPECT_TRUE(fits("RuntimeCall", encode_call(RemoveMeasurement{})));
    EXPECT_TRUE(fits("RuntimeCall", encode_call(SetPolicy{})));
    EXPECT_TRUE(fits("RuntimeCall", encode_call(RegisterWorker{})));
    EXPECT_TRUE(fits("RuntimeCall", encode_call(UpdateWorkerEndpoint{})));
    EXPECT_TRUE(fits("RuntimeCall", encode_call(PublishEpochKeyCall{})));
    EXPECT_TRUE(fits("RuntimeCall", encode_call(PublishClusterKeyCall{})));
    EXPECT_TRUE(fits("RuntimeCall", encode_call(PublishContractKeyCall{})));
    EXPECT_TRUE(fits("RuntimeCall", encode_call(UploadResource{})));
    EXPECT_TRUE(fits("RuntimeCall", encode_call(ReserveContract{})));
    EXPECT_TRUE(fits("RuntimeCall", encode_call(TaskRequest{})));
    EXPECT_TRUE(fits("RuntimeCall", encode_call(PostDraw{})));
    EXPECT_TRUE(fits("RuntimeCall", encode_call(SubmitTasks{{{}}, {{}}})));
    EXPECT_TRUE(fits("RuntimeCall", encode_call(StakeBond{})));
    EXPECT_TRUE(fits("RuntimeCall", encode_call(StakeUnbond{})));
}

TEST(Metadata, DescribesTheEventsOfABlock) {
    test::Chain chain;
    chain.call("Alice", protocol::TransferKeepAlive{{0, AccountId({7}), {test::unit}}});
    EXPECT_TRUE(fits("Vec<EventRecord>", *chain.view(protocol::storage::system_events())));
    chain.call("Alice", protocol::StakeUnbond{{1}});
    EXPECT_TRUE(fits("Vec<EventRecord>", *chain.view(protocol::storage::system_events())));
    EXPECT_TRUE(fits("Digest", *chain.view(protocol::storage::prefix("System", "Digest"))));
}

TEST(Metadata, ConstantsAndDefaultsAreOfTheirTypes) {
    for (const PalletEntry& pallet : pallets()) {
        for (const ConstantEntry& constant : pallet.constants) {
            EXPECT_TRUE(fits(constant.type, constant.value())) << constant.name;
        }
        for (const StorageEntry& entry : pallet.storage) {
            if (entry.absent == nullptr) continue;
            EXPECT_TRUE(fits(entry.value, entry.absent())) << entry.name;
        }
    }
}

TEST(Metadata, IsServedInItsVersions) {
    const test::Chain chain;
    const auto ask = [&](std::string_view name, const Bytes& arguments) {
        return call_api(chain.view, chain.at(), name, arguments);
    };
    EXPECT_EQ(ask("Metadata_metadata_versions", {}),
              scale::encode(std::vector<std::uint32_t>{14, 15}));
    for (const std::uint32_t version : versions) {
        const auto answer = ask("Metadata_metadata_at_version", scale::encode(version));
        const auto content = scale::decode<std::optional<Bytes>>(*answer).get();
        EXPECT_EQ(text_of(ByteView(*content).first(4)), "meta");
        EXPECT_EQ(content->at(4), version);
    }
    EXPECT_EQ(ask("Metadata_metadata_at_version", scale::encode(16U)), Bytes{0});
    EXPECT_EQ(ask("Metadata_metadata", {}), scale::encode(encode(14)));
}

}  // namespace
}  // namespace cloister::runtime::metadata
