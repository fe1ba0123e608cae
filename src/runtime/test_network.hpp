// A Chain with a gatekeeper, a worker and a contract, and the steps between them. Every message is
// made as an enclave makes it, and handed out before it is sent, so that a test may spoil it.
#pragma once

#include "runtime/test_chain.hpp"

namespace cloister::runtime::test {

using protocol::RequestKind;
using protocol::SubmittedReceipt;

struct Network {
    Chain chain;
    ClusterId cluster = protocol::cluster_id(1);
    Enclave gatekeeper{"gatekeeper"};  // operator Eve
    Enclave worker{"worker"};          // operator Bob
    crypto::RistrettoScalar network_secret = scalar("network");
    crypto::RistrettoScalar vrf_secret = scalar("vrf");
    Bytes code = concat(Bytes{0, 'a', 's', 'm'}, Bytes(100, 7));
    CodeHash code_hash{crypto::blake2b_256(code).view()};
    ContractId contract =
        protocol::contract_id_of(account("Charlie"), code_hash, cluster, Bytes{1});
    std::uint64_t made = 0;

    explicit Network(const GenesisConfig& config = dev_config()) : chain(config) {}

    static crypto::RistrettoScalar scalar(std::string_view name) {
        return crypto::RistrettoScalar::from_uniform(crypto::blake2b_512(view_of(name)).view());
    }

    protocol::Registration registration(const Enclave& enclave, std::string_view who,
                                        protocol::Role role = protocol::Role::Worker) const {
        return {.genesis = chain.genesis,
                .worker = enclave.id(),
                .encryption_key = enclave.encryption.public_key,
                .operator_account = account(who),
                .block = chain.header.number,
                .block_hash = chain.hashes.back(),
                .role = role,
                .cluster = role == protocol::Role::Worker ? cluster : ClusterId{}};
    }
    std::string enrol(const Enclave& enclave, std::string_view who,
                      protocol::Role role = protocol::Role::Worker) {
        const auto wanted = registration(enclave, who, role);
        return chain.call(who,
                          protocol::RegisterWorker{wanted, enclave.quote(report_data_of(wanted))});
    }

    template <class Message>
    Message sealed(Message message, const Enclave& enclave) const {
        message.signature = enclave.identity.sign(signing_bytes(chain.genesis, message));
        return message;
    }
    protocol::PublishEpochKey epoch_key() const {
        const auto point = network_secret.times_base();
        return sealed<protocol::PublishEpochKey>(
            {{KeyEpoch{0}, 1, point, {{1, gatekeeper.id(), point}}}, gatekeeper.id(), {}},
            gatekeeper);
    }
    protocol::PublishClusterKey cluster_key() const {
        return sealed<protocol::PublishClusterKey>(
            {cluster, {KeyEpoch{0}, vrf_secret.times_base()}, worker.id(), {}}, worker);
    }
    protocol::PublishContractKey contract_key() const {
        return sealed<protocol::PublishContractKey>(
            {contract, {KeyEpoch{0}, worker.encryption.public_key}, worker.id(), {}}, worker);
    }

    void start_gatekeeper() {
        chain.skip(1);
        ASSERT_EQ(enrol(gatekeeper, "Eve", protocol::Role::Gatekeeper), "");
    }
    void start_worker() {
        ASSERT_EQ(chain.call("Bob", protocol::StakeBond{{100 * unit}}), "");
        ASSERT_EQ(enrol(worker, "Bob"), "");
    }
    void upload() {
        ASSERT_EQ(chain.call("Charlie", protocol::UploadResource{cluster, {}, code}), "");
        ASSERT_EQ(chain.call("Charlie", protocol::ReserveContract{code_hash, cluster, Bytes{1}}),
                  "");
    }
    // Everything up to a contract with a key.
    void start() {
        start_gatekeeper();
        start_worker();
        ASSERT_EQ(chain.call("Eve", protocol::PublishEpochKeyCall{epoch_key()}), "");
        ASSERT_EQ(chain.call("Bob", protocol::PublishClusterKeyCall{cluster_key()}), "");
        upload();
        ASSERT_EQ(chain.call("Bob", protocol::PublishContractKeyCall{contract_key()}), "");
    }

    protocol::TaskRequest request(RequestKind kind = RequestKind::Call) {
        ++made;
        return {.kind = kind,
                .contract = contract,
                .epoch = KeyEpoch{0},
                .request_id = fixed_of<RequestId>("request " + std::to_string(made)),
                .reply_key = worker.encryption.public_key,
                .policy = {},
                .blob_root = std::nullopt,
                .gas_limit = Gas{1'000'000},
                .deadline = BlockNumber(chain.next().value + 100),
                .sealed_input = Bytes(400, 9)};
    }
    protocol::PostDraw draw() const {
        const auto queue = chain.read<std::vector<protocol::PendingDraw>>(
            protocol::storage::tasks_draw_queue(cluster));
        const BlockNumber block =
            queue && !queue->empty() ? queue->front().request_block : BlockNumber{};
        const Bytes message = protocol::draw_message(chain.genesis, cluster, chain.hash_at(block));
        return {cluster, block,
                crypto::evaluate(vrf_secret, view_of(protocol::domain::draw), message)};
    }
    // A request that is drawn: its assignment is waiting.
    void request_and_draw(const protocol::TaskRequest& wanted, std::string_view who = "Charlie") {
        ASSERT_EQ(chain.call(who, wanted), "");
        ASSERT_EQ(chain.call("Dave", draw()), "");
    }

    protocol::AcceptedState accepted() const {
        return chain.read<protocol::AcceptedState>(protocol::storage::tasks_accepted(cluster))
            .value_or(protocol::AcceptedState{Sequence{0}, fixed_of<Hash256>("root 0")});
    }
    Hash256 root_at(Sequence sequence) const {
        return fixed_of<Hash256>("root " + std::to_string(sequence.value));
    }
    // The honest receipt of a drawn command.
    SubmittedReceipt receipt(Sequence sequence, const Enclave& by,
                             const std::vector<Bytes>& actions = {}) const {
        const auto assignment = chain.read<protocol::Assignment>(
            protocol::storage::tasks_assignment(cluster, sequence));
        const auto record =
            chain.read<protocol::RequestRecord>(protocol::storage::tasks_request(assignment->task));
        SubmittedReceipt made_receipt;
        made_receipt.sealed_output = Bytes(300, 5);
        made_receipt.actions = actions;
        made_receipt.receipt = {
            .genesis = chain.genesis,
            .task = record->task,
            .request_hash = hash_of(*record),
            .cluster = cluster,
            .sequence = sequence,
            .contract = record->contract,
            .code_hash = code_hash,
            .epoch = record->epoch,
            .engine_version = 1,
            .assigning_block = chain.hash_at(assignment->assigned_at),
            .outcome = protocol::TaskOutcome::Ok,
            .sealed_input_hash = record->sealed_input_hash,
            .sealed_output_hash = crypto::blake2b_256(made_receipt.sealed_output),
            .root_before = root_at(Sequence{sequence.value - 1}),
            .root_after = root_at(sequence),
            .actions_hash = protocol::hash_of_actions(actions),
            .gas_class = 10,
            .worker = by.id(),
        };
        return made_receipt;
    }
    protocol::BatchStatement statement(const Enclave& by) const {
        return {chain.genesis, by.id(), chain.header.number, chain.hashes.back(), {}};
    }
    // Signs the receipts as they are now, makes their tree and its quote.
    protocol::SubmitTasks batch(std::vector<SubmittedReceipt> receipts, const Enclave& by) const {
        return batch(std::move(receipts), by, statement(by));
    }
    protocol::SubmitTasks batch(std::vector<SubmittedReceipt> receipts, const Enclave& by,
                                protocol::BatchStatement bound) const {
        std::vector<Bytes> leaves;
        for (auto& each : receipts) {
            each.signature = by.identity.sign(signing_bytes(each.receipt));
            leaves.push_back(scale::encode(each.receipt));
        }
        bound.receipts_root = protocol::merkle_root(leaves);
        for (std::uint32_t i = 0; i < receipts.size(); ++i) {
            receipts[i].receipts_root = bound.receipts_root;
            receipts[i].path = protocol::merkle_path(leaves, i);
        }
        return {{{bound, by.quote(report_data_of(bound))}}, std::move(receipts)};
    }
    protocol::SubmitTasks honest(Sequence sequence, const std::vector<Bytes>& actions = {}) const {
        return batch({receipt(sequence, worker, actions)}, worker);
    }
    std::string submit(const protocol::SubmitTasks& call, std::string_view who = "Bob") {
        return chain.call(who, call);
    }
};

}  // namespace cloister::runtime::test
