// The chain's books, kept a second time from events, records and balances alone.
#include "node/development.hpp"
#include "protocol/storage.hpp"
#include "runtime/balances/balances.hpp"
#include "runtime/tasks/tasks.hpp"
#include "sim/checkers.hpp"

namespace cloister::sim {
namespace {

namespace storage = protocol::storage;
namespace tasks = runtime::tasks;
using runtime::Pallet;
using Withdrawn = runtime::balances::events::Withdraw;  // a fee
using Returned = runtime::balances::events::Deposit;    // ... and what is given back of it

template <class T>
std::optional<T> read(const runtime::StateView& state, const Bytes& key) {
    const auto bytes = state(key);
    if (!bytes) return std::nullopt;
    auto value = scale::decode<T>(*bytes);
    if (!value) return std::nullopt;
    return std::move(*value);
}

runtime::system::AccountInfo account_in(const runtime::StateView& state, const AccountId& who) {
    return read<runtime::system::AccountInfo>(state, storage::system_account(who))
        .value_or(runtime::system::AccountInfo{});
}

u128 total_of(const runtime::system::AccountInfo& info) { return info.free + info.reserved; }

constexpr std::size_t operators_max = 3;

// Everyone who may own anything in a world: the same in every world of this process.
const std::vector<AccountId>& owners() {
    static const std::vector<AccountId> all = [] {
        std::vector<AccountId> accounts;
        const auto genesis = node::development_genesis({.authority = {},
                                                        .measurement = {},
                                                        .simulated_root = {},
                                                        .collateral = {},
                                                        .workers = operators_max});
        for (const auto& [account, balance] : genesis.balances) accounts.push_back(account);
        std::ranges::sort(accounts);
        const auto end = std::ranges::unique(accounts).begin();
        accounts.erase(end, accounts.end());
        return accounts;
    }();
    return all;
}

std::string text_of(u128 amount) {
    std::string text;
    do {
        text.insert(text.begin(), static_cast<char>('0' + static_cast<int>(amount % 10)));
        amount /= 10;
    } while (amount > 0);
    return text;
}

// Calls `visit` with each event of the two pallets that the books are kept from, its variant and a
// decoder at its fields.
template <class Visit>
void visit_events(const Bytes& records, Visit&& visit) {
    scale::Decoder decoder(records);
    const std::size_t count = decoder.length(records.size(), 1);
    for (std::size_t i = 0; i < count && !decoder.failed(); ++i) {
        if (decoder.byte() == 0) decoder.read<std::uint32_t>();
        const std::uint8_t index = decoder.byte();
        const std::uint8_t variant = decoder.byte();
        if (!visit(static_cast<Pallet>(index), variant, decoder)) {
            const auto* pallet = runtime::find_pallet(index);
            CLOISTER_ASSERT(pallet != nullptr);
            const auto event =
                std::ranges::find(pallet->events, variant, &runtime::EventEntry::variant);
            CLOISTER_ASSERT(event != pallet->events.end());
            event->skip(decoder);
        }
        decoder.read<std::vector<Hash256>>();  // topics
    }
    CLOISTER_ASSERT(!decoder.failed());
}

}  // namespace

void Ledger::see(BlockNumber number, const runtime::StateView& state) {
    if (number == BlockNumber(0)) {
        for (const AccountId& owner : owners()) owed_[owner] = total_of(account_in(state, owner));
        return;
    }
    const auto events = state(storage::system_events());
    if (!events) return;
    visit_events(*events, [&](Pallet pallet, std::uint8_t variant, scale::Decoder& decoder) {
        if (pallet == Pallet::Tasks) {
            see_task(variant, decoder, state);
        } else if (pallet == Pallet::Balances && variant == Withdrawn::variant) {
            const auto fee = decoder.read<Withdrawn>();
            owed_[fee.who] -= fee.amount;
        } else if (pallet == Pallet::Balances && variant == Returned::variant) {
            const auto fee = decoder.read<Returned>();
            owed_[fee.who] += fee.amount;
        } else {
            return false;
        }
        return true;
    });
    // The state is the one after all of the block's events.
    for (const AccountId& account : std::exchange(changed_, {})) check_money(state, account);
}

void Ledger::see_task(std::uint8_t variant, scale::Decoder& decoder,
                      const runtime::StateView& state) {
    if (variant == tasks::events::Requested::variant) {
        requested(decoder.read<tasks::events::Requested>().task, state);
    } else if (variant == tasks::events::Expired::variant) {
        ended(decoder.read<tasks::events::Expired>().task, "expired");
    } else if (variant == tasks::events::Drawn::variant) {
        decoder.read<tasks::events::Drawn>();
    } else {
        CLOISTER_ASSERT(variant == tasks::events::Finished::variant);
        const auto done = decoder.read<tasks::events::Finished>();
        finished(done.task, done.sequence, done.worker, state);
    }
}

void Ledger::requested(TaskId task, const runtime::StateView& state) {
    ++requested_;
    auto record = read<protocol::RequestRecord>(state, storage::tasks_request(task));
    if (record) payers_.insert(record->origin);
    if (!record || !open_.emplace(task, std::move(*record)).second) {
        findings_.add("ledger", "task " + std::to_string(task.value) + " is requested twice");
    }
}

void Ledger::ended(TaskId task, std::string_view how) {
    if (!ended_.insert(task).second || open_.erase(task) == 0) {
        findings_.add("ledger", "task " + std::to_string(task.value) + " is " + std::string(how) +
                                    " and was not open");
    }
}

void Ledger::finished(TaskId task, Sequence sequence, const WorkerId& worker,
                      const runtime::StateView& state) {
    const auto open = open_.find(task);
    if (open == open_.end()) return ended(task, "finished");
    const protocol::RequestRecord record = open->second;
    ended(task, "finished");
    ++finished_;
    if (sequence != newest_.next()) {
        findings_.add("ledger", "sequence " + std::to_string(sequence.value) + " follows " +
                                    std::to_string(newest_.value));
    }
    newest_ = sequence;
    const auto result = read<protocol::TaskResult>(state, storage::tasks_result(task));
    const auto output = read<Bytes>(state, storage::tasks_output(task));
    const auto info = read<protocol::WorkerInfo>(state, storage::registry_worker(worker));
    if (!result || !output || !info || result->receipt.worker != worker) {
        return findings_.add("ledger", "task " + std::to_string(task.value) +
                                           " is finished without result, output or worker");
    }
    const u128 used =
        std::min(protocol::gas_of_class(result->receipt.gas_class).value, record.gas_limit.value);
    const u128 due = tasks::gas_price * used + tasks::input_byte_price * record.sealed_input_bytes;
    owed_[info->operator_account] += due;
    owed_[record.origin] -= due + tasks::task_fee + tasks::output_byte_price * output->size();
    changed_.insert({record.origin, info->operator_account});
}

// To the smallest unit: what an account began with, its fees, what it paid for its finished tasks
// and earned with those it computed. What a user has reserved is what its open tasks escrow.
void Ledger::check_money(const runtime::StateView& state, const AccountId& account) {
    const auto info = account_in(state, account);
    if (total_of(info) != owed_[account]) {
        findings_.add("ledger", "an account owns " + text_of(total_of(info)) + " and should own " +
                                    text_of(owed_[account]));
    }
    if (!payers_.contains(account)) return;
    u128 escrowed = 0;
    for (const auto& [task, record] : open_) {
        if (record.origin == account) escrowed += record.escrow.value;
    }
    if (info.reserved != escrowed) {
        findings_.add("ledger", "a user has " + text_of(info.reserved) + " reserved for tasks of " +
                                    text_of(escrowed));
    }
}

void Ledger::check_sum(const runtime::StateView& state) {
    u128 sum = 0;
    for (const AccountId& owner : owners()) {
        sum += total_of(account_in(state, owner));
        check_money(state, owner);
    }
    const u128 issued = read<u128>(state, runtime::balances::total_issuance_key()).value_or(0);
    if (sum != issued) {
        findings_.add("ledger",
                      "accounts hold " + text_of(sum) + ", issued are " + text_of(issued));
    }
}

}  // namespace cloister::sim
