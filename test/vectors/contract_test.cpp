// ink! 5 contracts as their toolchain bundled them.
#include "contract/contract_fixture.hpp"
#include "test/vectors/shared.hpp"

namespace cloister::vectors {
namespace {

using namespace contract;

const SharedFile flipper_file("contracts/ink-v5-flipper.contract.json");
const SharedFile erc20_file("contracts/ink-v5-erc20.contract.json");

const Engine& engine() {
    static const Engine shared{Limits{}};
    return shared;
}

Bytes wasm_of(const boost::json::value& bundle) {
    return hex_bytes(bundle.at("source").at("wasm"));
}

TEST(InkBundles, NameTheHashOfTheirCode) {
    for (const SharedFile* file : {&flipper_file, &erc20_file}) {
        const auto bundle = file->json();
        test::ran_cases(1);
        EXPECT_EQ(crypto::blake2b_256(wasm_of(bundle)),
                  hex_fixed<Hash256>(bundle.at("source").at("hash")));
    }
}

// Every message's selector is the hash of its name: what a client sends is what the code expects.
TEST(InkBundles, SelectorsAreTheHashesOfTheirNames) {
    for (const SharedFile* file : {&flipper_file, &erc20_file}) {
        const auto bundle = file->json();
        for (const char* kind : {"constructors", "messages"}) {
            for (const auto& row : rows(bundle.at("spec").at(kind))) {
                EXPECT_EQ(message(text_of(row.at("label"))), hex_bytes(row.at("selector")));
            }
        }
    }
}

TEST(InkBundles, TheFlipperRunsUnchanged) {
    Instance flipper(engine(), wasm_of(flipper_file.json()));
    EXPECT_EQ(flipper.deploy(message("new", true)).outcome, Outcome::Returned);
    EXPECT_TRUE(value_of<bool>(flipper.query(message("get"))));
    EXPECT_EQ(flipper.call(message("flip")).outcome, Outcome::Returned);
    EXPECT_FALSE(value_of<bool>(flipper.query(message("get"))));
    EXPECT_EQ(flipper.call(message("no such message")).outcome, Outcome::Reverted);
}

TEST(InkBundles, TheTokenMovesAndRefusesWhatIsNotThere) {
    const AccountId alice(Bytes(32, 1));
    const AccountId bob(Bytes(32, 2));
    Instance token(engine(), wasm_of(erc20_file.json()));
    token.context.caller = alice;
    EXPECT_EQ(token.deploy(message("new", u128{1000})).outcome, Outcome::Returned);
    EXPECT_EQ(token.call(message("transfer", bob, u128{300})).outcome, Outcome::Returned);
    EXPECT_EQ(value_of<u128>(token.query(message("balance_of", bob))), u128{300});
    EXPECT_EQ(value_of<u128>(token.query(message("balance_of", alice))), u128{700});
    EXPECT_EQ(token.call(message("transfer", bob, u128{701})).outcome, Outcome::Reverted);
}

}  // namespace
}  // namespace cloister::vectors
