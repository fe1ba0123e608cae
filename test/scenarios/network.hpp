// A network that is ready, with contracts/test/trouble deployed and its usual users: what every
// scenario starts from. Needs the contracts' build; a missing one aborts.
#pragma once

#include <gtest/gtest.h>

#include "sim/flow.hpp"

namespace cloister::scenarios {

using client::Error;
using protocol::TaskOutcome;
using sim::Fate;
using sim::message;
using sim::User;

Bytes contract_code(std::string_view name);  // build/contracts/NAME.wasm

struct Network {
    explicit Network(std::uint64_t seed = 1);
    // A normal task: a value is set by a command, and a worker asked for it gives it back.
    testing::AssertionResult works(std::size_t asked = 1);
    void mend();  // no more hooks, nobody frozen
    bool ready(std::uint64_t within_ms = 120'000);

    AccountId operator_of(std::size_t member) const;
    // The value under a key in the newest state; T{} where there is none.
    template <class T>
    T on_chain(const Bytes& key) const {
        const auto bytes = world.node().newest_state()(key);
        return bytes ? scale::decode<T>(*bytes).get() : T{};
    }
    std::uint64_t value();  // what the contract holds, by a query
    // The member whose enclave signs as `worker`.
    std::size_t member_of(const WorkerId& worker) const;
    protocol::HostInput relayed(const finality::Header& header,
                                const crypto::Ed25519Key& signer) const;
    finality::Header newest_header() const;

    sim::World world;
    User alice;
    User charlie;
    User dave;
    User eve;
    ContractId trouble;

  private:
    std::uint64_t last_value_ = 100;
};

// One network for all scenarios of a program that leave it as they found it.
class Shared : public testing::Test {
  protected:
    Shared();
    void TearDown() override;
    Network& net;
    sim::World& world;
};

// What happened since it was made.
class Watch {
  public:
    explicit Watch(const sim::World& world);
    bool logged(std::size_t member, std::string_view enclave_code) const;
    std::size_t logs(std::size_t member, std::string_view enclave_code) const;
    bool failed(std::string_view error) const;

  private:
    const sim::World& world_;
    std::size_t logs_;
    std::size_t failures_;
};

// "" for a success, else the error's message.
template <class T>
std::string why(const Result<T, Error>& result) {
    return result ? std::string() : result.error().message;
}
std::string ending(const Result<sim::Done, Error>& done);  // the outcome's name, or the error

// Calls as hosts see them: the arguments behind the two index bytes, and back.
template <class Call>
Call arguments_of(const Bytes& call) {
    return scale::decode<Call>(ByteView(call).subspan(2)).get();
}
// Lets the host of any member bend the first call of this kind ("receipts", "register") that `when`
// accepts.
template <class Call>
void bend_first(sim::World& world, std::string_view what, std::function<void(Call&)> bend) {
    world.hooks.from_enclave = [what, bend, done = false](std::size_t,
                                                          protocol::HostOutput& message) mutable {
        auto* submit = std::get_if<protocol::output::SubmitCall>(&message);
        if (done || submit == nullptr || submit->what != what) return Fate::Deliver;
        done = true;
        auto call = arguments_of<Call>(submit->call);
        bend(call);
        submit->call = protocol::encode_call(call);
        return Fate::Deliver;
    };
}

}  // namespace cloister::scenarios
