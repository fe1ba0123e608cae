// Works with text: what libc++ brings along for std::string must bring no imports.
#include <cloister/contract.hpp>
#include <string>

using namespace cloister;

struct Words {
    Cell<std::string> text{"text"};

    void create() { text.set("hello"); }
    std::string append(std::string word) {
        const std::string joined = text.get() + " " + word;
        text.set(joined);
        return joined;
    }
    std::string part(std::uint32_t from, std::uint32_t count) const {
        return text.get().substr(from, count);
    }
    std::string numbered(std::uint32_t number) const { return text.get() + std::to_string(number); }
};

CLOISTER_CONTRACT(Words, constructor<"new", &Words::create>, message<"append", &Words::append>,
                  message<"part", &Words::part>, message<"numbered", &Words::numbered>)
