#include "attest/policy.hpp"
#include "enclave/world_test.hpp"
#include "protocol/domains.hpp"
#include "protocol/padding.hpp"
#include "protocol/storage.hpp"

namespace cloister::enclave::test {

namespace storage = protocol::storage;

Bytes counter_wasm() {
    // Memory: 0 input length, 4 input, 12 value length, 16 value, 32 storage key.
    const auto section = [](std::uint8_t id, const Bytes& body) {
        return concat(std::array{id, static_cast<std::uint8_t>(body.size())}, body);
    };
    const auto text = [](std::string_view s) {
        return concat(std::array{static_cast<std::uint8_t>(s.size())}, view_of(s));
    };
    const auto import = [&](std::string_view module, std::string_view name, std::uint8_t type) {
        return concat(text(module), text(name), std::array<std::uint8_t, 2>{0, type});
    };
    const Bytes types{4, 0x60, 2, 0x7f, 0x7f, 0,    0x60, 3,    0x7f, 0x7f, 0x7f,
                      0, 0x60, 3, 0x7f, 0x7f, 0x7f, 1,    0x7f, 0x60, 0,    0};
    const Bytes imports =
        concat(Bytes{5}, import("seal0", "input", 0), import("seal0", "seal_return", 1),
               import("seal0", "get_storage", 2), import("seal0", "set_storage", 1),
               concat(text("env"), text("memory"), std::array<std::uint8_t, 4>{2, 1, 1, 1}));
    const Bytes functions{2, 3, 3};
    const Bytes exports = concat(Bytes{2}, text("deploy"), Bytes{0, 4}, text("call"), Bytes{0, 5});
    const Bytes read_input{0x41, 0, 0x41, 8, 0x36, 2, 0, 0x41, 4, 0x41, 0, 0x10, 0};
    const Bytes deploy =
        concat(Bytes{0}, read_input, Bytes{0x41, 0x20, 0x41, 4, 0x41, 4, 0x10, 3, 0x0b});
    const Bytes call = concat(
        Bytes{0}, read_input, Bytes{0x41, 4, 0x2d, 0, 0, 0x41, 0xff, 1, 0x46, 4, 0x40, 0, 0x0b},
        Bytes{0x41, 12, 0x41, 4, 0x36, 2, 0, 0x41, 0x20, 0x41, 16, 0x41, 12, 0x10, 2, 0x1a},
        Bytes{0x41, 16, 0x41, 16, 0x28, 2, 0, 0x41, 1, 0x6a, 0x36, 2, 0},
        Bytes{0x41, 0x20, 0x41, 16, 0x41, 4, 0x10, 3},
        Bytes{0x41, 0, 0x41, 16, 0x41, 4, 0x10, 1, 0x0b});
    const auto body = [](const Bytes& code) {
        return concat(std::array{static_cast<std::uint8_t>(code.size())}, code);
    };
    return concat(Bytes{0, 0x61, 0x73, 0x6d, 1, 0, 0, 0}, section(1, types), section(2, imports),
                  section(3, functions), section(7, exports),
                  section(10, concat(Bytes{2}, body(deploy), body(call))));
}

Secret<32> secret_of(std::uint8_t fill) { return Secret<32>(ByteView(Bytes(32, fill))); }
AccountId account(std::uint8_t number) { return AccountId(ByteView(Bytes(32, number))); }

Chain::Chain(const platform::Platform& platform, std::uint8_t mark, std::uint32_t notice_blocks)
    : platform_(&platform), validator_(secret_of(91)), reply_key_(secret_of(92)) {
    const std::vector<finality::Authority> authorities{{validator_.public_key(), 1}};
    put(finality::grandpa_authorities_key(), scale::encode(std::uint8_t{1}, authorities));
    put(storage::attestation_simulated_root(), scale::encode(platform.root_fingerprint()));
    put(storage::attestation_collateral(), scale::encode(platform.collateral()));
    attest::Policy policy;
    policy.technologies = {attest::Technology::IntelSgx};
    policy.statuses = {attest::TcbStatus::UpToDate};
    put(storage::attestation_policy(), scale::encode(policy));
    put(Bytes{mark}, Bytes{mark});
    put(storage::prefix("Attestation", "NoticePeriod"), scale::encode(notice_blocks));
    seal_block();
}

void Chain::put(const Bytes& key, Bytes value) { state_[key] = std::move(value); }
void Chain::erase(const Bytes& key) { state_.erase(key); }

void Chain::seal_block(std::uint8_t mark) {
    now_ms_ += 1000;
    put(storage::timestamp_now(), scale::encode(now_ms_));
    const auto nothing = [](const Hash256&) { return std::optional<Bytes>(); };
    const trie::Changes all(state_.begin(), state_.end());
    auto update = trie::apply(nothing, trie::empty_root(), all, trie::StateVersion::V1);
    ASSERT_TRUE(update.has_value());
    for (auto& [hash, node] : update->created) nodes_.insert_or_assign(hash, std::move(node));
    finality::Header header;
    header.state_root = StateRoot(update->root.view());
    header.extrinsics_root = Hash256(ByteView(Bytes(32, mark)));
    if (!headers_.empty()) {
        header.parent_hash = finality::hash_of(headers_.back());
        header.number = headers_.back().number.next();
    }
    headers_.push_back(header);
    blocks_.push_back(justified(header));
}

protocol::RelayedBlock Chain::justified(finality::Header header) const {
    const finality::Target target{finality::hash_of(header), header.number};
    const std::array<const crypto::Ed25519Key*, 1> signers{&validator_};
    return {finality::encode_header(header),
            finality::encode_justification(finality::justify(target, 0, signers))};
}

protocol::RelayedBlock Chain::fork_of(BlockNumber number) const {
    finality::Header header = headers_.at(number.value);
    header.extrinsics_root = Hash256(ByteView(Bytes(32, 0xee)));
    return justified(header);
}

BlockHash Chain::hash(std::uint32_t number) const { return finality::hash_of(headers_.at(number)); }

std::optional<std::vector<Bytes>> Chain::prove(const BlockHash& block,
                                               const std::vector<Bytes>& keys) const {
    const auto fetch = [this](const Hash256& hash) -> std::optional<Bytes> {
        const auto node = nodes_.find(hash);
        if (node == nodes_.end()) return std::nullopt;
        return node->second;
    };
    for (const finality::Header& header : headers_) {
        if (finality::hash_of(header) != block) continue;
        auto nodes = trie::prove(fetch, Hash256(header.state_root.view()), keys);
        if (nodes) return *nodes;
    }
    return std::nullopt;
}

protocol::input::Start Chain::start(protocol::Role role, AccountId operator_account) const {
    return {hash(0),
            finality::encode_header(headers_[0]),
            *prove(hash(0),
                   {finality::grandpa_authorities_key(), storage::attestation_simulated_root()}),
            role,
            operator_account,
            cluster};
}

bool Chain::apply(const AccountId& signer, ByteView call) {
    const auto as = [&]<class Call>(std::optional<Call>) -> std::optional<Call> {
        if (call.size() < 2 || call[0] != static_cast<std::uint8_t>(Call::index.pallet) ||
            call[1] != Call::index.call) {
            return std::nullopt;
        }
        return scale::decode<Call>(call.subspan(2)).get();
    };
    if (auto c = as(std::optional<protocol::RegisterWorker>())) return register_worker(signer, *c);
    if (auto c = as(std::optional<protocol::PostDraw>())) return post_draw(*c);
    if (auto c = as(std::optional<protocol::SubmitTasks>())) return submit(*c);
    if (auto c = as(std::optional<protocol::PublishEpochKeyCall>())) {
        if (get<protocol::EpochKey>(storage::registry_epoch_key(c->message.key.epoch)))
            return false;
        put(storage::registry_epoch_key(c->message.key.epoch), scale::encode(c->message.key));
        return true;
    }
    if (auto c = as(std::optional<protocol::PublishClusterKeyCall>())) {
        put(storage::registry_cluster_key(c->message.cluster), scale::encode(c->message.key));
        return true;
    }
    if (auto c = as(std::optional<protocol::PublishContractKeyCall>())) {
        auto pending = get<std::vector<ContractId>>(storage::contracts_pending_keys(cluster))
                           .value_or(std::vector<ContractId>());
        if (std::erase(pending, c->message.contract) == 0) return false;
        put(storage::contracts_pending_keys(cluster), scale::encode(pending));
        put(storage::registry_contract_key(c->message.contract), scale::encode(c->message.key));
        return true;
    }
    return false;
}

bool Chain::register_worker(const AccountId& signer, const protocol::RegisterWorker& call) {
    const auto& r = call.registration;
    attest::Roots roots{attest::Roots::Intel::Refused, platform_->root_fingerprint()};
    const auto verdict =
        attest::verify(call.evidence, platform_->collateral(), now_ms_ / 1000, roots);
    EXPECT_TRUE(verdict.has_value());
    if (!verdict || signer != r.operator_account || r.genesis != hash(0) ||
        hash(r.block.value) != r.block_hash ||
        !equal(verdict->claims.report_data.view(), protocol::report_data_of(r).view())) {
        return false;
    }
    protocol::WorkerInfo info;
    info.worker = r.worker;
    info.encryption_key = r.encryption_key;
    info.operator_account = signer;
    info.role = r.role;
    info.cluster = r.cluster;
    info.measurement = verdict->claims.measurement;
    std::ranges::copy(verdict->platform.ppid, info.ppid.begin());
    info.simulated = true;
    const Bytes list = r.role == protocol::Role::Gatekeeper
                           ? storage::registry_gatekeepers()
                           : storage::contracts_cluster_workers(r.cluster);
    auto members = get<std::vector<WorkerId>>(list).value_or(std::vector<WorkerId>());
    if (const auto older = get<WorkerId>(storage::registry_operator_worker(signer))) {
        std::erase(members, *older);
    }
    members.push_back(r.worker);
    put(list, scale::encode(members));
    put(storage::registry_worker(r.worker), scale::encode(info));
    put(storage::registry_operator_worker(signer), scale::encode(r.worker));
    return true;
}

ContractId Chain::reserve(ByteView wasm, std::uint8_t salt) {
    const CodeHash code(crypto::blake2b_256(wasm).view());
    const ContractId id = protocol::contract_id_of(account(50), code, cluster, Bytes{salt});
    put(storage::contracts_code(code), scale::encode(to_bytes(wasm)));
    put(storage::contracts_contract(id),
        scale::encode(protocol::ContractInfo{account(50), cluster, code, Bytes{salt}, {}}));
    auto pending = get<std::vector<ContractId>>(storage::contracts_pending_keys(cluster))
                       .value_or(std::vector<ContractId>());
    pending.push_back(id);
    put(storage::contracts_pending_keys(cluster), scale::encode(pending));
    return id;
}

TaskId Chain::request(const Ask& ask) {
    const TaskId task(get<std::uint64_t>(storage::tasks_next_task()).value_or(1));
    put(storage::tasks_next_task(), scale::encode(task.value + 1));
    protocol::RequestRecord record;
    record.task = task;
    record.kind = ask.kind;
    record.cluster = cluster;
    record.contract = ask.contract;
    record.origin = account(50);
    record.request_id = RequestId(ByteView(Bytes(16, static_cast<std::uint8_t>(task.value))));
    record.reply_key = reply_key_.public_key;
    record.gas_limit = Gas(100'000'000);
    record.submitted_at = BlockNumber(height() + 1);
    auto context = protocol::context_of(hash(0), record);
    if (ask.distort) ask.distort(context);
    const auto key = get<protocol::ContractKey>(storage::registry_contract_key(ask.contract));
    const Bytes associated = scale::encode(context);
    const SecretBytes plain = protocol::pad(ask.message);
    const Bytes sealed =
        *crypto::hpke_seal(key->public_key, {view_of(protocol::domain::request), associated},
                           plain.reveal(), crypto::X25519Key(secret_of(93)));
    record.sealed_input_hash = crypto::blake2b_256(sealed);
    record.sealed_input_bytes = static_cast<std::uint32_t>(sealed.size());
    put(storage::tasks_request(task), scale::encode(record));
    put(storage::tasks_input(task), scale::encode(sealed));
    auto queue = get<std::vector<protocol::PendingDraw>>(storage::tasks_draw_queue(cluster))
                     .value_or(std::vector<protocol::PendingDraw>());
    if (queue.empty() || queue.back().request_block != record.submitted_at) {
        queue.push_back({record.submitted_at, {}});
    }
    queue.back().tasks.push_back(task);
    put(storage::tasks_draw_queue(cluster), scale::encode(queue));
    return task;
}

bool Chain::post_draw(const protocol::PostDraw& call) {
    auto queue = get<std::vector<protocol::PendingDraw>>(storage::tasks_draw_queue(cluster))
                     .value_or(std::vector<protocol::PendingDraw>());
    const auto key = get<protocol::ClusterKey>(storage::registry_cluster_key(cluster));
    if (queue.empty() || queue.front().request_block != call.request_block || !key) return false;
    const Bytes message = protocol::draw_message(hash(0), cluster, hash(call.request_block.value));
    if (!crypto::verify_evaluation(key->vrf_public, view_of(protocol::domain::draw), message,
                                   call.vrf)) {
        return false;
    }
    const auto members = *get<std::vector<WorkerId>>(storage::contracts_cluster_workers(cluster));
    for (const TaskId task : queue.front().tasks) {
        const Sequence sequence(
            get<std::uint64_t>(storage::tasks_next_sequence(cluster)).value_or(1));
        put(storage::tasks_next_sequence(cluster), scale::encode(sequence.value + 1));
        const std::size_t index = protocol::drawn_index(call.vrf.value, task, members.size());
        put(storage::tasks_assignment(cluster, sequence),
            scale::encode(
                protocol::Assignment{task, sequence, members[index], BlockNumber(height() + 1)}));
    }
    queue.erase(queue.begin());
    put(storage::tasks_draw_queue(cluster), scale::encode(queue));
    return true;
}

bool Chain::submit(const protocol::SubmitTasks& call) {
    auto accepted = get<protocol::AcceptedState>(storage::tasks_accepted(cluster))
                        .value_or(protocol::AcceptedState());
    const auto& batch = call.batches.at(0);
    attest::Roots roots{attest::Roots::Intel::Refused, platform_->root_fingerprint()};
    const auto verdict =
        attest::verify(batch.quote, platform_->collateral(), now_ms_ / 1000, roots);
    EXPECT_TRUE(verdict.has_value());
    EXPECT_TRUE(equal(verdict->claims.report_data.view(),
                      protocol::report_data_of(batch.statement).view()));
    for (const auto& submitted : call.receipts) {
        const protocol::Receipt& r = submitted.receipt;
        if (r.sequence != accepted.sequence.next()) return false;
        EXPECT_TRUE(crypto::verify_ed25519(crypto::Ed25519Public(r.worker.view()),
                                           protocol::signing_bytes(r), submitted.signature));
        EXPECT_TRUE(protocol::verify_merkle_path(batch.statement.receipts_root, scale::encode(r),
                                                 submitted.path));
        EXPECT_EQ(crypto::blake2b_256(submitted.sealed_output), r.sealed_output_hash);
        EXPECT_EQ(protocol::hash_of_actions(submitted.actions), r.actions_hash);
        EXPECT_TRUE(accepted.sequence.value == 0 || r.root_before == accepted.blinded_root);
        accepted = {r.sequence, r.root_after};
        put(storage::tasks_accepted_root(cluster, r.sequence), scale::encode(r.root_after));
        erase(storage::tasks_input(r.task));
        outputs_[r.task] = submitted.sealed_output;
        receipts.push_back(r);
    }
    put(storage::tasks_accepted(cluster), scale::encode(accepted));
    return true;
}

std::optional<Chain::Reply> Chain::reply(TaskId task) const {
    const auto sealed = outputs_.find(task);
    if (sealed == outputs_.end()) return std::nullopt;
    const auto record = *get<protocol::RequestRecord>(storage::tasks_request(task));
    const Bytes associated = scale::encode(hash(0), task, protocol::hash_of(record));
    const auto padded = crypto::hpke_open(
        reply_key_, {view_of(protocol::domain::reply), associated}, sealed->second);
    if (!padded) return std::nullopt;
    const auto plain = protocol::unpad(padded->reveal());
    if (!plain) return std::nullopt;
    auto decoded = scale::decode<std::pair<protocol::TaskOutcome, Bytes>>(plain->reveal());
    if (!decoded) return std::nullopt;
    return Reply{decoded->first, decoded->second};
}

}  // namespace cloister::enclave::test
