#include "workload.hpp"

#include <unistd.h>

#include "base/hex.hpp"
#include "client/json_rpc.hpp"
#include "crypto/hash.hpp"
#include "io/clock.hpp"
#include "io/entropy.hpp"
#include "io/http_client.hpp"
#include "protocol/calls.hpp"
#include "protocol/storage.hpp"
#include "runtime/runtime.hpp"

namespace cloister::crash {
namespace {

constexpr std::size_t transfers_at_once = 4;
constexpr std::uint64_t rpc_timeout_ms = 5'000;
constexpr std::uint64_t rest_ms = 10;
constexpr std::uint64_t poll_ms = 500;
constexpr std::uint64_t result_wait_ms = 1'000;

void sleep_ms(std::uint64_t ms) { ::usleep(static_cast<useconds_t>(ms * 1000)); }

// The counter's answer is its new total behind the variants of the results around it.
std::optional<std::uint32_t> total_of(const client::Opened& opened) {
    const ByteView output = opened.output.reveal();
    if (opened.outcome != protocol::TaskOutcome::Ok || output.size() < 4) return std::nullopt;
    const auto total = scale::decode<std::uint32_t>(output.last(4));
    return total ? std::optional(*total) : std::nullopt;
}

}  // namespace

client::Chain connect(const Where& where, const BlockHash& genesis) {
    const client::Transport transport = [&where](const std::string& body) {
        auto call = io::parse_http_url(where.url());
        CLOISTER_ASSERT(call.has_value());
        call->body = body;
        call->timeout_ms = rpc_timeout_ms;
        auto reply = io::http_request_blocking(std::move(*call));
        return reply && reply->status == 200 ? std::optional(std::move(reply->body)) : std::nullopt;
    };
    return {transport, {.wall = io::wall_now, .sleep = sleep_ms}, genesis};
}

Account::Account(const Place& place, std::string_view suri)
    : chain(connect(place.where, place.genesis)),
      key(*crypto::KeyPair::from_suri(crypto::Scheme::Sr25519, suri)),
      place_(place),
      id_(key.account()) {}

bool Account::stopped() const {
    return place_.stop || !place_.ledger.first_contradiction().empty();
}

void Account::rest() const { sleep_ms(rest_ms); }

std::optional<std::uint32_t> Account::nonce() {
    chain.unpin();
    const auto pinned = answer_of(chain.pin(), place_.ledger);
    if (!pinned) return std::nullopt;
    place_.ledger.told(pinned->header.number, pinned->hash);
    const auto info = answer_of(chain.read(protocol::storage::system_account(id_)), place_.ledger);
    if (!info) return std::nullopt;
    if (!*info) return 0;
    scale::Decoder decoder(**info);
    return decoder.read<std::uint32_t>();
}

bool Account::begin() {
    while (!stopped()) {
        if (const auto now = nonce()) {
            next_nonce = *now;
            return true;
        }
        rest();
    }
    return false;
}

Bytes Account::sign(const Bytes& call) {
    const protocol::Extra extra{
        .era = protocol::Era::immortal_era(), .nonce = next_nonce++, .tip = 0, .metadata_mode = 0};
    return protocol::sign_extrinsic(key, call, extra,
                                    {.spec_version = runtime::spec_version,
                                     .transaction_version = runtime::transaction_version,
                                     .genesis = place_.genesis,
                                     .era_block = place_.genesis});
}

bool Account::include(const std::vector<Bytes>& extrinsics) {
    while (!stopped()) {
        const auto now = nonce();
        if (now && *now >= next_nonce) return true;
        // Refused where the pool has it still; the nonce above is what tells.
        for (const Bytes& extrinsic : extrinsics) {
            const auto sent =
                chain.call("author_submitExtrinsic", "[\"" + base::to_hex_0x(extrinsic) + "\"]");
            if (!sent && sent.error().code == client::Code::Unreachable) break;
        }
        const std::uint32_t newest = chain.pinned() ? chain.pinned()->header.number.value : 0;
        const auto waited =
            chain.call("cloister_finalizedBlocks",
                       '[' + std::to_string(newest) + ",1," + std::to_string(poll_ms) + ']');
        if (!waited) rest();
    }
    return false;
}

Steps::Steps(const std::atomic<bool>& stop, std::uint64_t pause, std::function<bool()> step)
    : thread_([this, &stop, pause, step = std::move(step)] {
          while (!stop && !last_) {
              ++begun_;
              if (!step()) return;
              ++done_;
              sleep_ms(pause);
          }
      }) {}

void Steps::finish() {
    last_ = true;
    thread_.join();
}

AccountId transfer_destination() { return AccountId(crypto::blake2b_256(view_of("sink")).view()); }

std::function<bool()> transfers(Account& account) {
    return [&account] {
        protocol::TransferKeepAlive transfer;
        transfer.destination = transfer_destination();
        transfer.value.value = transfer_amount;
        std::vector<Bytes> signed_ones;
        for (std::size_t i = 0; i < transfers_at_once; ++i)
            signed_ones.push_back(account.sign(protocol::encode_call(transfer)));
        return account.include(signed_ones);
    };
}

std::optional<Announced> block_after(client::Chain& chain, BlockNumber number,
                                     std::uint64_t wait_ms) {
    const auto blocks =
        chain.call("cloister_finalizedBlocks",
                   '[' + std::to_string(number.value) + ",1," + std::to_string(wait_ms) + ']');
    if (!blocks || blocks->size() <= 2) return std::nullopt;
    const std::string first = blocks->substr(1, blocks->size() - 2);
    Announced out{.header = {},
                  .header_bytes = client::hex_member(first, "header").value_or(Bytes{}),
                  .justification = client::hex_member(first, "justification").value_or(Bytes{})};
    const auto header = finality::parse_header(out.header_bytes);
    if (!header) return std::nullopt;
    out.header = *header;
    return out;
}

std::function<bool()> watching(const Where& where, const BlockHash& genesis, Ledger& ledger) {
    auto chain = std::make_shared<client::Chain>(connect(where, genesis));
    return [chain, &ledger, newest = BlockNumber(0)]() mutable {
        const auto next = block_after(*chain, newest, poll_ms);
        if (next) {
            newest = next->header.number;
            ledger.told(newest, finality::hash_of(next->header));
        } else {
            sleep_ms(rest_ms);
        }
        return true;
    };
}

std::function<bool()> additions(Account& account, const ContractId& contract, Ledger& ledger) {
    const Bytes message = concat(crypto::blake2b_256(view_of("add")).view().first(4),
                                 scale::encode(std::uint32_t{1}));
    return [&account, &ledger, contract, message, count = std::uint32_t{0}]() mutable {
        crypto::Entropy entropy(io::random_seed());
        const auto request = account.ask<client::SealedRequest>([&] {
            return client::seal_request(account.chain, {.contract = contract}, account.id(),
                                        message, entropy);
        });
        if (!request || !account.include({account.sign(request->call)})) return false;
        const auto task = account.ask<TaskId>(
            [&] { return client::find_task(account.chain, account.id(), request->request_id); });
        if (!task) return false;
        const auto result = account.ask<protocol::TaskResult>(
            [&] { return client::await_result(account.chain, *task, result_wait_ms); });
        if (!result) return false;
        const auto opened = account.ask<client::Opened>(
            [&] { return client::open_output(account.chain, *task, request->reply_key); });
        if (!opened) return false;
        const auto total = total_of(*opened);
        if (total != ++count) {
            ledger.contradict("addition " + std::to_string(count) + " answered " +
                              (total ? std::to_string(*total) : "with a failure"));
        }
        return true;
    };
}

}  // namespace cloister::crash
