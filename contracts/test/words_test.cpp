// Text in contracts: std::string works, and brings no imports.
#include "contract/contract_fixture.hpp"

namespace cloister::contract {
namespace {

TEST(Words, StringsGrowAndAreCut) {
    const Engine engine{Limits{}};
    Instance words(engine, contract_wasm("words"));
    EXPECT_EQ(words.deploy(message("new")).outcome, Outcome::Returned);
    const std::string word(100, 'w');
    EXPECT_EQ(value_of<std::string>(words.call(message("append", word))), "hello " + word);
    EXPECT_EQ(value_of<std::string>(words.call(message("part", 4U, 3U))), "o w");
    EXPECT_EQ(value_of<std::string>(words.call(message("numbered", 42U))), "hello " + word + "42");
}

TEST(Words, WhatTheLibraryWouldThrowTraps) {
    const Engine engine{Limits{}};
    Instance words(engine, contract_wasm("words"));
    EXPECT_EQ(words.deploy(message("new")).outcome, Outcome::Returned);
    EXPECT_EQ(words.call(message("part", 1000U, 1U)).outcome, Outcome::Trapped);
}

}  // namespace
}  // namespace cloister::contract
