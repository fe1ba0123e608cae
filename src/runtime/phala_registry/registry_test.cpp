#include "runtime/phala_registry/registry.hpp"

#include "platform/forge.hpp"
#include "runtime/test_network.hpp"

namespace cloister::runtime::registry {
namespace {

using namespace test;
namespace storage = protocol::storage;
using protocol::RegisterWorker;
using protocol::Registration;
using protocol::Role;

struct Registry : testing::Test, Network {
    void SetUp() override {
        start_gatekeeper();
        ASSERT_EQ(chain.call("Bob", protocol::StakeBond{{100 * unit}}), "");
    }
    // Registers with an honest quote over a registration that `spoil` altered.
    std::string spoiled(auto&& spoil) {
        Registration wanted = registration(worker, "Bob");
        spoil(wanted);
        return chain.call("Bob", RegisterWorker{wanted, worker.quote(report_data_of(wanted))});
    }
    std::string with_evidence(const Bytes& evidence) {
        return chain.call("Bob", RegisterWorker{registration(worker, "Bob"), evidence});
    }
};

TEST_F(Registry, TakesAnHonestWorkerIntoItsCluster) {
    ASSERT_EQ(enrol(worker, "Bob"), "");
    const auto info = chain.read<protocol::WorkerInfo>(storage::registry_worker(worker.id()));
    EXPECT_EQ(info->measurement, good_enclave);
    EXPECT_TRUE(info->simulated);
    EXPECT_EQ(chain.read<std::vector<WorkerId>>(storage::contracts_cluster_workers(cluster)),
              std::vector{worker.id()});
    EXPECT_EQ(chain.read<std::vector<WorkerId>>(storage::registry_gatekeepers()),
              std::vector{gatekeeper.id()});
}

TEST_F(Registry, TheNewestRegistrationReplacesTheOlder) {
    ASSERT_EQ(enrol(worker, "Bob"), "");
    const Enclave restarted("worker after a restart");
    ASSERT_EQ(enrol(restarted, "Bob"), "");
    EXPECT_FALSE(chain.view(storage::registry_worker(worker.id())));
    EXPECT_EQ(chain.read<std::vector<WorkerId>>(storage::contracts_cluster_workers(cluster)),
              std::vector{restarted.id()});
}

TEST_F(Registry, RefusesARegistrationThatIsNotForItsPlaceAndTime) {
    EXPECT_EQ(spoiled([](Registration& r) { r.version = 2; }), "PhalaRegistry.UnsupportedVersion");
    EXPECT_EQ(spoiled([](Registration& r) { r.genesis = {}; }), "PhalaRegistry.WrongGenesis");
    EXPECT_EQ(spoiled([](Registration& r) { r.operator_account = account("Dave"); }),
              "PhalaRegistry.WrongOperator");
    EXPECT_EQ(spoiled([](Registration& r) { r.block_hash = BlockHash({1}); }),
              "PhalaRegistry.StaleRegistration");
    EXPECT_EQ(spoiled([](Registration& r) { r.block = BlockNumber(9000); }),
              "PhalaRegistry.StaleRegistration");
    EXPECT_EQ(spoiled([](Registration& r) { r.cluster = protocol::cluster_id(9); }),
              "PhalaRegistry.UnknownCluster");
    EXPECT_EQ(spoiled([](Registration& r) { r.role = Role::Gatekeeper; }),
              "PhalaRegistry.NotGatekeeper");
    EXPECT_EQ(spoiled([](Registration&) {}), "");
}

TEST_F(Registry, RefusesAnOldBlock) {
    const Registration old = registration(worker, "Bob");
    chain.skip(protocol::registration_age_blocks_max);
    EXPECT_EQ(chain.call("Bob", RegisterWorker{old, worker.quote(report_data_of(old))}),
              "PhalaRegistry.StaleRegistration");
}

TEST_F(Registry, WantsABond) {
    EXPECT_EQ(enrol(worker, "Dave"), "PhalaRegistry.BondTooSmall");
    EXPECT_EQ(chain.call("Dave", protocol::StakeBond{{100 * unit - 1}}), "");
    EXPECT_EQ(enrol(worker, "Dave"), "PhalaRegistry.BondTooSmall");
}

TEST_F(Registry, UnbondingRetiresTheWorker) {
    ASSERT_EQ(enrol(worker, "Bob"), "");
    ASSERT_EQ(chain.call("Bob", protocol::StakeUnbond{{1}}), "");
    EXPECT_FALSE(chain.view(storage::registry_worker(worker.id())));
    EXPECT_TRUE(
        chain.read<std::vector<WorkerId>>(storage::contracts_cluster_workers(cluster))->empty());
}

TEST_F(Registry, AnIdentityHasOneOperator) {
    ASSERT_EQ(enrol(worker, "Bob"), "");
    ASSERT_EQ(chain.call("Dave", protocol::StakeBond{{100 * unit}}), "");
    EXPECT_EQ(enrol(worker, "Dave"), "PhalaRegistry.WorkerTaken");
}

TEST_F(Registry, RefusesEvidenceThatDoesNotSpeakForTheRegistration) {
    EXPECT_EQ(with_evidence(Bytes(100)), "PhalaRegistry.QuoteNotAuthentic");
    EXPECT_EQ(with_evidence(worker.quote({})), "PhalaRegistry.ReportDataMismatch");
    worker.measurement = Measurement({66});
    EXPECT_EQ(enrol(worker, "Bob"), "PhalaRegistry.MeasurementNotApproved");
    worker.measurement = good_enclave;
    worker.debug = true;
    EXPECT_EQ(enrol(worker, "Bob"), "PhalaRegistry.DebugEnclave");
}

TEST_F(Registry, RefusesEvidenceOfAnotherPlatform) {
    const platform::Platform other(secret_of("another vendor"), start_seconds - 86400);
    ASSERT_EQ(chain.enact(protocol::SubmitCollateral{scale::encode(other.collateral())}), "");
    const auto data = report_data_of(registration(worker, "Bob"));
    const Bytes quote = other.quote(
        {.measurement = good_enclave, .report_data = platform::ReportData(data.view())});
    EXPECT_EQ(with_evidence(quote), "PhalaRegistry.ForeignPlatform");
}

TEST_F(Registry, RefusesWhatThePolicyDoesNotAccept) {
    attest::Policy strict = dev_config().policy;
    strict.svn_min = 9;
    ASSERT_EQ(chain.enact(protocol::SetPolicy{scale::encode(strict)}), "");
    EXPECT_EQ(enrol(worker, "Bob"), "PhalaRegistry.PolicyRefused");
}

TEST(RealChain, RegistersNoSimulatedPlatform) {
    auto config = dev_config();
    config.simulated_root.reset();
    Network network(config);
    network.chain.skip(1);
    EXPECT_EQ(network.enrol(network.gatekeeper, "Eve", Role::Gatekeeper),
              "PhalaRegistry.ForeignPlatform");
}

TEST_F(Registry, EndpointsBelongToTheOperator) {
    ASSERT_EQ(enrol(worker, "Bob"), "");
    const protocol::UpdateWorkerEndpoint update{worker.id(), "http://127.0.0.1:8000"};
    EXPECT_EQ(chain.call("Dave", update), "PhalaRegistry.WrongOperator");
    EXPECT_EQ(chain.call("Bob", update), "");
    EXPECT_EQ(chain.read<std::string>(storage::registry_endpoint(worker.id())), update.url);
    EXPECT_EQ(chain.call("Bob", protocol::UpdateWorkerEndpoint{WorkerId({1}), ""}),
              "PhalaRegistry.UnknownWorker");
}

TEST_F(Registry, TheFirstEpochKeyComesFromAGatekeeper) {
    auto unsigned_key = epoch_key();
    unsigned_key.signature = {};
    EXPECT_EQ(chain.call("Eve", protocol::PublishEpochKeyCall{unsigned_key}),
              "PhalaRegistry.BadSignature");
    auto of_worker = epoch_key();
    of_worker.gatekeeper = worker.id();
    EXPECT_EQ(chain.call("Eve", protocol::PublishEpochKeyCall{of_worker}),
              "PhalaRegistry.NotGatekeeper");
    EXPECT_EQ(chain.call("Eve", protocol::PublishEpochKeyCall{epoch_key()}), "");
    EXPECT_EQ(chain.call("Eve", protocol::PublishEpochKeyCall{epoch_key()}),
              "PhalaRegistry.AlreadyPublished");
    network_secret = scalar("another");
    EXPECT_EQ(chain.call("Eve", protocol::PublishEpochKeyCall{epoch_key()}),
              "PhalaRegistry.KeyMismatch");
}

TEST_F(Registry, AnEpochKeyMustMakeSense) {
    const auto publish = [&](auto&& spoil) {
        auto message = epoch_key();
        spoil(message.key);
        message = sealed(message, gatekeeper);
        return chain.call("Eve", protocol::PublishEpochKeyCall{message});
    };
    EXPECT_EQ(publish([](auto& k) { k.epoch = KeyEpoch{1}; }), "PhalaRegistry.WrongEpoch");
    EXPECT_EQ(publish([](auto& k) { k.threshold = 0; }), "PhalaRegistry.InvalidEpochKey");
    EXPECT_EQ(publish([](auto& k) { k.threshold = 2; }), "PhalaRegistry.InvalidEpochKey");
    EXPECT_EQ(publish([](auto& k) { k.holders[0].index = 0; }), "PhalaRegistry.InvalidEpochKey");
    EXPECT_EQ(publish([](auto& k) { k.holders[0].gatekeeper = {}; }),
              "PhalaRegistry.NotGatekeeper");
}

TEST_F(Registry, ClusterAndContractKeysComeFromTheClustersWorkers) {
    EXPECT_EQ(chain.call("Bob", protocol::PublishClusterKeyCall{cluster_key()}),
              "PhalaRegistry.NotInCluster");
    ASSERT_EQ(enrol(worker, "Bob"), "");
    EXPECT_EQ(chain.call("Bob", protocol::PublishClusterKeyCall{cluster_key()}),
              "PhalaRegistry.WrongEpoch");
    ASSERT_EQ(chain.call("Eve", protocol::PublishEpochKeyCall{epoch_key()}), "");
    EXPECT_EQ(chain.call("Bob", protocol::PublishClusterKeyCall{cluster_key()}), "");
    EXPECT_EQ(chain.call("Bob", protocol::PublishClusterKeyCall{cluster_key()}),
              "PhalaRegistry.AlreadyPublished");
    EXPECT_EQ(chain.call("Bob", protocol::PublishContractKeyCall{contract_key()}),
              "PhalaRegistry.UnknownContract");
    upload();
    auto forged = contract_key();
    forged.key.public_key = gatekeeper.encryption.public_key;
    EXPECT_EQ(chain.call("Bob", protocol::PublishContractKeyCall{forged}),
              "PhalaRegistry.BadSignature");
    EXPECT_EQ(chain.call("Bob", protocol::PublishContractKeyCall{contract_key()}), "");
    EXPECT_EQ(chain.call("Bob", protocol::PublishContractKeyCall{contract_key()}),
              "PhalaRegistry.AlreadyPublished");
    EXPECT_EQ(chain.call("Bob", protocol::PublishContractKeyCall{sealed(forged, worker)}),
              "PhalaRegistry.KeyMismatch");
    EXPECT_TRUE(
        chain.read<std::vector<ContractId>>(storage::contracts_pending_keys(cluster))->empty());
}

TEST_F(Registry, OnlyEnclavesThatMayServePublishKeys) {
    ASSERT_EQ(enrol(worker, "Bob"), "");
    const auto key = storage::attestation_approved(good_enclave);
    const auto all_say = [&](const std::string& error) {
        EXPECT_EQ(chain.call("Eve", protocol::PublishEpochKeyCall{epoch_key()}), error);
        EXPECT_EQ(chain.call("Bob", protocol::PublishClusterKeyCall{cluster_key()}), error);
        EXPECT_EQ(chain.call("Bob", protocol::PublishContractKeyCall{contract_key()}), error);
    };
    upload();
    chain.entries[key] = scale::encode(
        protocol::MeasurementApproval{"late", BlockNumber{1}, BlockNumber(chain.next().value + 9)});
    all_say("PhalaRegistry.MeasurementInNotice");
    ASSERT_EQ(chain.enact(protocol::RemoveMeasurement{good_enclave}), "");
    all_say("PhalaRegistry.MeasurementNotApproved");
    ASSERT_EQ(chain.enact(protocol::ApproveMeasurement{good_enclave, "again"}), "");
    all_say("PhalaRegistry.MeasurementInNotice");
    chain.entries[key] =
        scale::encode(protocol::MeasurementApproval{"again", BlockNumber{1}, chain.next()});
    const u128 eve = chain.free_of(account("Eve"));
    all_say("");
    EXPECT_EQ(chain.free_of(account("Eve")), eve);
}

TEST_F(Registry, CodeIsWasmAndContractsAreReservedOnce) {
    const auto upload_of = [&](const ClusterId& where, const Bytes& bytes) {
        return chain.call("Charlie", protocol::UploadResource{where, {}, bytes});
    };
    EXPECT_EQ(upload_of(protocol::cluster_id(5), code), "PhalaPhatContracts.UnknownCluster");
    EXPECT_EQ(upload_of(cluster, Bytes{1, 2, 3}), "PhalaPhatContracts.NotWasm");
    EXPECT_EQ(chain.call("Charlie", protocol::ReserveContract{code_hash, cluster, Bytes{1}}),
              "PhalaPhatContracts.UnknownCode");
    EXPECT_EQ(upload_of(cluster, code), "");
    EXPECT_EQ(upload_of(cluster, code), "PhalaPhatContracts.CodeAlreadyUploaded");
    EXPECT_EQ(chain.call("Charlie", protocol::ReserveContract{code_hash, cluster, Bytes{1}}), "");
    EXPECT_EQ(chain.call("Charlie", protocol::ReserveContract{code_hash, cluster, Bytes{1}}),
              "PhalaPhatContracts.AlreadyReserved");
    EXPECT_EQ(chain.read<std::vector<ContractId>>(storage::contracts_pending_keys(cluster)),
              std::vector{contract});
    EXPECT_EQ(chain.read<Bytes>(storage::contracts_code(code_hash)), code);
}

TEST_F(Registry, OnlySoManyContractsWaitForTheirKeys) {
    ASSERT_EQ(chain.call("Charlie", protocol::UploadResource{cluster, {}, code}), "");
    std::vector<Bytes> batch;
    for (std::uint8_t i = 0; i < 64; ++i) {
        const protocol::ReserveContract reserve{code_hash, cluster, Bytes{i}};
        batch.push_back(chain.sign("Charlie", protocol::encode_call(reserve), i));
    }
    chain.block(batch);
    EXPECT_EQ(chain.call("Charlie", protocol::ReserveContract{code_hash, cluster, Bytes{99, 1}}),
              "PhalaPhatContracts.TooManyPending");
}

}  // namespace
}  // namespace cloister::runtime::registry
