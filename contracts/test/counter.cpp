// Counts, once in each way that the SDK offers: the smallest contract with everything in it.
#include <cloister/contract.hpp>

using namespace cloister;

enum class Refusal : std::uint8_t { NotOwner, TooLarge };

struct Counted {
    AccountId by;
    std::uint32_t total;
};

struct Counter {
    Cell<AccountId> owner{"owner"};
    Cell<std::uint32_t> total{"total"};
    Map<AccountId, std::uint32_t> by_account{"by"};

    void create(std::uint32_t initial) {
        owner.set(caller());
        total.set(initial);
    }
    Result<std::uint32_t, Refusal> add(std::uint32_t amount) {
        total.set(total.get() + amount);
        if (total.get() > 1000) return std::unexpected(Refusal::TooLarge);
        by_account.set(caller(), by_account.find(caller()).value_or(0) + amount);
        emit(Counted{caller(), total.get()});
        return total.get();
    }
    std::uint32_t get() const { return total.get(); }
    std::optional<std::uint32_t> share(AccountId account) const { return by_account.find(account); }
    Result<void, Refusal> reset() {
        if (caller() != owner.get()) return std::unexpected(Refusal::NotOwner);
        total.clear();
        return {};
    }
    std::array<std::uint64_t, 2> dice() const {
        return {random<std::uint64_t>(), random<std::uint64_t>()};
    }
};

CLOISTER_CONTRACT(Counter, constructor<"new", &Counter::create>, message<"add", &Counter::add>,
                  message<"get", &Counter::get>, message<"share", &Counter::share>,
                  message<"reset", &Counter::reset>, message<"dice", &Counter::dice>)
