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

// Calls `task_event` with each event of the Tasks pallet and a decoder at its fields.
template <class Visit>
void visit_task_events(const Bytes& records, Visit&& visit) {
    scale::Decoder decoder(records);
    const std::size_t count = decoder.length(records.size(), 1);
    for (std::size_t i = 0; i < count && !decoder.failed(); ++i) {
        if (decoder.byte() == 0) decoder.read<std::uint32_t>();
        const std::uint8_t index = decoder.byte();
        const std::uint8_t variant = decoder.byte();
        if (index == static_cast<std::uint8_t>(Pallet::Tasks)) {
            visit(variant, decoder);
        } else {
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
    if (!issued_at_first_) {
        issued_at_first_ = read<u128>(state, runtime::balances::total_issuance_key()).value_or(0);
        for (const AccountId& owner : owners())
            initial_[owner] = total_of(account_in(state, owner));
    }
    const auto events = state(storage::system_events());
    if (number == BlockNumber(0) || !events) return;
    visit_task_events(*events, [&](std::uint8_t variant, scale::Decoder& decoder) {
        if (variant == tasks::events::Requested::variant) {
            requested(decoder.read<tasks::events::Requested>().task, state);
        } else if (variant == tasks::events::Expired::variant) {
            ended(decoder.read<tasks::events::Expired>().task, "expired");
        } else if (variant == tasks::events::Drawn::variant) {
            decoder.read<tasks::events::Drawn>();
        } else {
            const auto done = decoder.read<tasks::events::Finished>();
            finished(done.task, done.sequence, done.worker, state);
        }
    });
    // The state is the one after all of the block's events.
    for (const auto& [payer, payee] : std::exchange(paid_, {})) check_money(state, payer, payee);
}

void Ledger::requested(TaskId task, const runtime::StateView& state) {
    ++requested_;
    auto record = read<protocol::RequestRecord>(state, storage::tasks_request(task));
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
    earned_[info->operator_account] +=
        tasks::gas_price * used + tasks::input_byte_price * record.sealed_input_bytes;
    space_burnt_ += tasks::task_fee + tasks::output_byte_price * output->size();
    paid_.emplace(record.origin, info->operator_account);
}

u128 Ledger::initial_of(const AccountId& account) const {
    const auto found = initial_.find(account);
    return found == initial_.end() ? 0 : found->second;
}

// The payer's reserve is what its open tasks escrow; the payee has all that it ever earned, but for
// fees, and all fees together are what was burnt besides the tasks' space.
void Ledger::check_money(const runtime::StateView& state, const AccountId& payer,
                         const AccountId& payee) {
    u128 escrowed = 0;
    for (const auto& [task, record] : open_) {
        if (record.origin == payer) escrowed += record.escrow.value;
    }
    if (const auto info = account_in(state, payer); info.reserved != escrowed) {
        findings_.add("ledger", "a user has " + text_of(info.reserved) + " reserved for tasks of " +
                                    text_of(escrowed));
    }
    const u128 owned = total_of(account_in(state, payee));
    const u128 due = initial_of(payee) + earned_[payee];
    const u128 issued = read<u128>(state, runtime::balances::total_issuance_key()).value_or(0);
    const u128 burnt = *issued_at_first_ - issued;
    if (owned > due) {
        findings_.add("ledger", "an operator was paid " + text_of(owned - due) + " too much");
    } else if (burnt < space_burnt_ || due - owned > burnt - space_burnt_) {
        findings_.add("ledger", "an operator lacks " + text_of(due - owned) + " of its pay, and " +
                                    text_of(burnt) + " were burnt in all");
    }
}

void Ledger::check_sum(const runtime::StateView& state) {
    u128 sum = 0;
    for (const AccountId& owner : owners()) sum += total_of(account_in(state, owner));
    const u128 issued = read<u128>(state, runtime::balances::total_issuance_key()).value_or(0);
    if (sum != issued) {
        findings_.add("ledger",
                      "accounts hold " + text_of(sum) + ", issued are " + text_of(issued));
    }
}

}  // namespace cloister::sim
