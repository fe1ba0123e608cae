#include "contract/bundle.hpp"

#include "base/hex.hpp"
#include "contract/contract_fixture.hpp"

namespace cloister::contract {
namespace {

TEST(Bundle, CarriesHashCodeAndSelectors) {
    const Bytes wasm = contract_wasm("counter");
    const auto bundle = make_bundle({"counter", "1.0.0"}, wasm);
    ASSERT_TRUE(bundle.has_value());
    EXPECT_NE(bundle->find(base::to_hex_0x(crypto::blake2b_256(wasm).view())), std::string::npos);
    EXPECT_NE(bundle->find(base::to_hex_0x(wasm)), std::string::npos);
    EXPECT_NE(bundle->find("\"selector\":\"0x9bae9d5e\""), std::string::npos);
}

TEST(Bundle, AModuleOfAnotherMakeHasNone) {
    EXPECT_FALSE(make_bundle({"x", "1"}, Bytes{0, 'a', 's', 'm'}).has_value());
    EXPECT_FALSE(find_spec(to_bytes("cloister.spec:1\n\xff\xff\xff\xff{}")).has_value());
}

TEST(Bundle, ALabelCannotBreakTheJson) {
    const auto bundle = make_bundle({"a\"b\\", "1"}, contract_wasm("counter"));
    EXPECT_NE(bundle->find("\"name\":\"a_b_\""), std::string::npos);
}

}  // namespace
}  // namespace cloister::contract
