// Our side of the comparison with @hpke/core: one command a line, arguments in hexadecimal with 0x,
// one line of answer each, "refused" where nothing comes out.
//   public IKM                       the public key derived from IKM
//   seal PUBLIC INFO AAD TEXT IKM_E  enc || ciphertext || tag
//   open IKM INFO AAD SEALED         the plaintext
//   export IKM ENC INFO CONTEXT      32 exported bytes, on the receiver's side
#include <iostream>
#include <map>
#include <sstream>
#include <string>

#include "base/hex.hpp"
#include "crypto/hpke.hpp"

namespace {

using namespace cloister;
using namespace cloister::crypto;
using Arguments = std::vector<Bytes>;
using Answer = std::optional<Bytes>;

Answer plain(const std::optional<SecretBytes>& secret) {
    if (!secret) return std::nullopt;
    return to_bytes(secret->reveal());
}

Answer answer_public(const Arguments& a) {
    return to_bytes(hpke_derive_key_pair(a[0]).public_key.view());
}

Answer answer_seal(const Arguments& a) {
    return hpke_seal(X25519Public(ByteView(a[0])), {a[1], a[2]}, a[3], hpke_derive_key_pair(a[4]));
}

Answer answer_open(const Arguments& a) {
    return plain(hpke_open(hpke_derive_key_pair(a[0]), {a[1], a[2]}, a[3]));
}

Answer answer_export(const Arguments& a) {
    const auto context =
        hpke_setup_receiver(X25519Public(ByteView(a[1])), hpke_derive_key_pair(a[0]), a[2]);
    if (!context) return std::nullopt;
    return plain(context->export_secret(a[3], 32));
}

struct Command {
    std::size_t arguments;
    Answer (*answer)(const Arguments&);
};
const std::map<std::string, Command> commands{{"public", {1, answer_public}},
                                              {"seal", {5, answer_seal}},
                                              {"open", {4, answer_open}},
                                              {"export", {4, answer_export}}};

}  // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string name;
        words >> name;
        Arguments arguments;
        for (std::string word; words >> word;) {
            const auto bytes = base::from_hex(word);
            if (!bytes) return 2;
            arguments.push_back(*bytes);
        }
        const auto command = commands.find(name);
        if (command == commands.end() || command->second.arguments != arguments.size()) return 2;
        const Answer answer = command->second.answer(arguments);
        std::cout << (answer ? base::to_hex_0x(*answer) : "refused") << std::endl;
    }
}
