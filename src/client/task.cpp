#include "client/task.hpp"

#include "base/hex.hpp"
#include "crypto/hpke.hpp"
#include "protocol/domains.hpp"
#include "protocol/padding.hpp"
#include "protocol/storage.hpp"

namespace cloister::client {
namespace {

namespace storage = protocol::storage;

constexpr std::uint64_t tasks_searched_max = 4096;

// Calls `check` at each new finalised block until it gives a value, an error, or the time is over.
template <class T>
Result<T, Error> await(Chain& chain, std::uint64_t wait_ms, std::string_view what,
                       const std::function<Result<std::optional<T>, Error>()>& check) {
    const std::uint64_t deadline = chain.clock().wall().value + wait_ms;
    for (;;) {
        chain.unpin();
        CLOISTER_TRY(std::optional<T> value, check());
        if (value) return std::move(*value);
        if (chain.clock().wall().value >= deadline) {
            return err(Error{Code::TimedOut, std::string(what) + " did not come in time",
                             "are workers running? `cloister task show` tells where a task is"});
        }
        const std::uint32_t newest = chain.pinned() ? chain.pinned()->header.number.value : 0;
        CLOISTER_CHECK(
            chain.call("cloister_finalizedBlocks", '[' + std::to_string(newest) + ",1,1000]"));
    }
}

template <class T>
Result<std::optional<T>, Error> read_optional(Chain& chain, const Bytes& key,
                                              std::string_view what) {
    CLOISTER_TRY(const std::optional<Bytes> bytes, chain.read(key));
    if (!bytes) return std::optional<T>{};
    auto value = scale::decode<T>(*bytes);
    if (!value) return err(Error{Code::BadReply, std::string(what) + " does not decode", {}});
    return std::optional<T>(std::move(*value));
}

}  // namespace

Result<protocol::ContractKey, Error> contract_key(Chain& chain, const ContractId& contract) {
    return chain.read_as<protocol::ContractKey>(
        storage::registry_contract_key(contract),
        "the key of contract 0x" + base::to_hex(contract.view()));
}

Result<protocol::ContractKey, Error> await_contract_key(Chain& chain, const ContractId& contract,
                                                        std::uint64_t wait_ms) {
    return await<protocol::ContractKey>(chain, wait_ms, "the contract's key", [&] {
        return read_optional<protocol::ContractKey>(chain, storage::registry_contract_key(contract),
                                                    "the contract's key");
    });
}

Result<SealedRequest, Error> seal_request(Chain& chain, const RequestOptions& options,
                                          const AccountId& origin, ByteView message,
                                          crypto::Entropy& entropy) {
    CLOISTER_TRY(const protocol::ContractKey key, contract_key(chain, options.contract));
    crypto::X25519Key reply_key(entropy.bytes_32());
    RequestId request_id;
    entropy.fill({request_id.data(), RequestId::size()});
    const protocol::ReplicationPolicy policy{};
    const protocol::RequestContext context{.genesis = chain.genesis(),
                                           .contract = options.contract,
                                           .epoch = key.epoch,
                                           .origin = origin,
                                           .request_id = request_id,
                                           .reply_key = reply_key.public_key,
                                           .policy_hash = protocol::hash_of(policy),
                                           .blob_root = {}};
    const Bytes associated = scale::encode(context);
    const SecretBytes padded = protocol::pad(message);
    const crypto::X25519Key ephemeral(entropy.bytes_32());
    auto sealed = crypto::hpke_seal(
        key.public_key, {.info = view_of(protocol::domain::request), .associated = associated},
        padded.reveal(), ephemeral);
    if (!sealed)
        return err(Error{Code::BadKey, "the contract's published key is of small order", {}});
    if (sealed->size() > protocol::inline_input_bytes_max) {
        return err(Error{Code::Refused, "the input is larger than 1 MiB", "send it in parts"});
    }
    SealedRequest request{.call = {},
                          .request_id = request_id,
                          .reply_key = std::move(reply_key),
                          .sealed_input_hash = crypto::blake2b_256(*sealed),
                          .sealed_bytes = sealed->size()};
    const BlockNumber now = chain.pinned()->header.number;
    request.call = protocol::encode_call(
        protocol::TaskRequest{.kind = options.kind,
                              .contract = options.contract,
                              .epoch = key.epoch,
                              .request_id = request_id,
                              .reply_key = request.reply_key.public_key,
                              .policy = policy,
                              .blob_root = {},
                              .gas_limit = options.gas_limit,
                              .deadline = BlockNumber(now.value + options.deadline_blocks),
                              .sealed_input = std::move(*sealed)});
    return request;
}

Result<TaskId, Error> find_task(Chain& chain, const AccountId& origin,
                                const RequestId& request_id) {
    CLOISTER_TRY(const std::uint64_t next,
                 chain.read_as<std::uint64_t>(storage::tasks_next_task(), "any task"));
    for (std::uint64_t back = 1; back <= next && back <= tasks_searched_max; ++back) {
        const TaskId task(next - back);
        CLOISTER_TRY(const auto record,
                     read_optional<protocol::RequestRecord>(chain, storage::tasks_request(task),
                                                            "a request record"));
        if (record && record->origin == origin && record->request_id == request_id) return task;
    }
    return err(Error{Code::NotOnChain, "no task was recorded for this request",
                     "did the transaction succeed? `cloister task show` lists the newest"});
}

Result<protocol::TaskResult, Error> await_result(Chain& chain, TaskId task, std::uint64_t wait_ms) {
    return await<protocol::TaskResult>(chain, wait_ms, "the result", [&] {
        return read_optional<protocol::TaskResult>(chain, storage::tasks_result(task),
                                                   "the result");
    });
}

Result<Opened, Error> open_sealed_output(const BlockHash& genesis,
                                         const protocol::RequestRecord& record,
                                         ByteView sealed_output,
                                         const crypto::X25519Key& reply_key) {
    const Bytes associated = scale::encode(genesis, record.task, protocol::hash_of(record));
    const auto padded = crypto::hpke_open(
        reply_key, {.info = view_of(protocol::domain::reply), .associated = associated},
        sealed_output);
    if (!padded) {
        return err(Error{Code::DoesNotOpen, "this reply key does not open the output",
                         "only the key that was made with the request opens it"});
    }
    const auto plain = protocol::unpad(padded->reveal());
    if (!plain) return err(Error{Code::BadReply, "the output is not padded as it should be", {}});
    scale::Decoder decoder(plain->reveal());
    Opened opened;
    decoder.read_into(opened.outcome);
    Bytes output;
    decoder.read_into(output);
    if (decoder.failed() || decoder.remaining() != 0) {
        return err(Error{Code::BadReply, "the output does not decode", {}});
    }
    opened.output = SecretBytes(std::move(output));
    return opened;
}

Result<Opened, Error> open_output(Chain& chain, TaskId task, const crypto::X25519Key& reply_key) {
    CLOISTER_TRY(const protocol::RequestRecord record,
                 chain.read_as<protocol::RequestRecord>(storage::tasks_request(task), "the task"));
    CLOISTER_TRY(
        const protocol::TaskResult result,
        chain.read_as<protocol::TaskResult>(storage::tasks_result(task), "the task's result"));
    CLOISTER_TRY(const Bytes sealed,
                 chain.read_as<Bytes>(storage::tasks_output(task), "the task's output"));
    if (crypto::blake2b_256(sealed) != result.receipt.sealed_output_hash) {
        return err(Error{Code::BadReply, "the output is not the one in the receipt", {}});
    }
    return open_sealed_output(chain.genesis(), record, sealed, reply_key);
}

}  // namespace cloister::client
