// Folds every secret that it is told into one number, so that its state shows which commands ran
// and in which order. For the simulator, which knows each secret and what must come of it.
#include <cloister/contract.hpp>

using namespace cloister;

struct Fold {
    Cell<std::uint64_t> value{"value"};
    Cell<std::uint64_t> last{"last"};

    void create(std::uint64_t first) {
        value.set(first);
        last.set(first);
    }
    std::array<std::uint64_t, 2> put(std::uint64_t secret) {
        value.set(value.get() * 6364136223846793005U + secret);
        last.set(secret);
        return {value.get(), ~secret};
    }
    Result<void, std::uint8_t> refuse(std::uint64_t secret) {
        put(secret);
        return std::unexpected(std::uint8_t{7});
    }
    void trap(std::uint64_t secret) {
        put(secret);
        host::trap();
    }
    std::array<std::uint64_t, 2> get() const { return {value.get(), last.get()}; }
};

CLOISTER_CONTRACT(Fold, constructor<"new", &Fold::create>, message<"put", &Fold::put>,
                  message<"refuse", &Fold::refuse>, message<"trap", &Fold::trap>,
                  message<"get", &Fold::get>)
