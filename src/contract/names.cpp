#include "contract/names.hpp"

#include <array>

#include "contract/engine.hpp"

namespace cloister::contract {

std::string_view name_of(CodeError error) {
    switch (error) {
        case CodeError::TooLarge: return "TooLarge";
        case CodeError::Malformed: return "Malformed";
        case CodeError::MissingExport: return "MissingExport";
        case CodeError::ForbiddenImport: return "ForbiddenImport";
        case CodeError::BadMemory: return "BadMemory";
        case CodeError::HasStart: return "HasStart";
    }
    return "unknown";
}

std::string_view name_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::Returned: return "Returned";
        case Outcome::Reverted: return "Reverted";
        case Outcome::Trapped: return "Trapped";
        case Outcome::OutOfGas: return "OutOfGas";
        case Outcome::OutOfMemory: return "OutOfMemory";
        case Outcome::StateTooLarge: return "StateTooLarge";
    }
    return "unknown";
}

std::string_view trap_words(std::uint8_t code) {
    // In the order of wasmtime_trap_code_enum.
    static constexpr std::array<std::string_view, 10> words = {
        "the stack overflowed",          "an address lies outside of memory",
        "a misaligned atomic access",    "an index lies outside of the table",
        "an indirect call to nothing",   "an indirect call of the wrong type",
        "an integer overflowed",         "a division by zero",
        "a number has no integer value", "the contract gave up (unreachable)"};
    return code < words.size() ? words[code] : "another trap";
}

}  // namespace cloister::contract
