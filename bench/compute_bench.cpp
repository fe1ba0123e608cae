// Quote verification, contract calls, a computation inside WASM. Processor time.
#include <optional>

#include "attest/attest.hpp"
#include "codec/scale/scale.hpp"
#include "contract/engine.hpp"
#include "crypto/hash.hpp"
#include "crypto/p256.hpp"
#include "diagnosis/classifier.hpp"
#include "io/file.hpp"
#include "platform/platform.hpp"
#include "timing.hpp"

namespace cloister::bench {
namespace {

using contract::Entry;

constexpr std::size_t signature_checks = 10;  // distinct signatures that one quote rests on
constexpr std::size_t signed_bytes = 512;     // about what those signatures cover each
constexpr std::uint64_t birth = 1'700'000'000;

struct Signed {
    crypto::P256Public key;
    Bytes message;
    crypto::P256Signature signature;
};

std::vector<Signed> make_signed() {
    std::vector<Signed> all;
    for (std::size_t i = 0; i < signature_checks; ++i) {
        const Bytes message(signed_bytes, static_cast<std::uint8_t>(i));
        const crypto::P256Key key = crypto::P256Key::derive(message);
        all.push_back({key.public_key(), message, key.sign(message)});
    }
    return all;
}

}  // namespace

Result<Lines, std::string> measure_attestation(const Places&) {
    Lines lines;
    const platform::Platform vendor(Secret<32>(Bytes(32, 1)), birth);
    const attest::Roots roots{.intel = attest::Roots::Intel::Pinned,
                              .simulated = vendor.root_fingerprint()};
    const Bytes quote = vendor.quote({});
    const std::vector<Signed> raw = make_signed();
    const auto verify_quote = [&] {
        CLOISTER_ASSERT(attest::verify(quote, vendor.collateral(), birth + 1, roots).has_value());
    };
    const auto verify_raw = [&] {
        for (const Signed& s : raw) {
            CLOISTER_ASSERT(crypto::verify_p256(s.key, s.message, s.signature));
        }
    };
    const PairTime verified = time_pair({.measured = verify_quote, .beside = verify_raw});
    lines.push_back({"attest.verify", "SGX quote verified, collateral and all", "us",
                     verified.measured, "its 10 P-256 checks, bare", verified.beside});

    const crypto::P256Key key = crypto::P256Key::derive(quote);
    const Bytes message(signed_bytes, 7);
    const PairTime made = time_pair(
        {.measured = [&] { keep(vendor.quote({})); }, .beside = [&] { keep(key.sign(message)); }});
    lines.push_back({"attest.quote", "simulated SGX quote made", "us", made.measured,
                     "1 P-256 signature, bare", made.beside});
    return lines;
}

namespace {

// (module (memory (export "memory") 1) (func (export "call")) (func (export "deploy")))
const Bytes empty_contract = {
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,         // magic, version
    0x01, 0x04, 0x01, 0x60, 0x00, 0x00,                     // type () -> ()
    0x03, 0x03, 0x02, 0x00, 0x00,                           // two functions of it
    0x05, 0x03, 0x01, 0x00, 0x01,                           // one memory of one page
    0x07, 0x1a, 0x03,                                       // three exports
    0x06, 'm',  'e',  'm',  'o',  'r',  'y',  0x02, 0x00,   //
    0x04, 'c',  'a',  'l',  'l',  0x00, 0x00,               //
    0x06, 'd',  'e',  'p',  'l',  'o',  'y',  0x00, 0x01,   //
    0x0a, 0x07, 0x02, 0x02, 0x00, 0x0b, 0x02, 0x00, 0x0b};  // two empty bodies

// A message's input: ink!'s selector and the SCALE arguments.
template <class... Args>
Bytes message(std::string_view name, const Args&... arguments) {
    Bytes input = to_bytes(crypto::blake2b_256(view_of(name)).view().first(4));
    append(input, scale::encode(arguments...));
    return input;
}

// One deployed contract with its state.
class Deployed {
  public:
    Deployed(const contract::Engine& engine, ByteView wasm, const Bytes& constructor)
        : engine_(engine), module_(engine.compile(wasm).get()) {
        const contract::Run run = enter({Entry::Function::Deploy, constructor, gas_limit});
        for (const auto& [key, value] : run.writes) {
            if (value) state_[key] = *value;
        }
    }
    // What the call writes is dropped, so that each call does the same.
    contract::Run call(const Bytes& input) const {
        return enter({Entry::Function::Call, input, gas_limit});
    }

  private:
    static constexpr Gas gas_limit{10'000'000'000};

    contract::Run enter(const Entry& entry) const {
        contract::Run run = engine_.run(*module_, contract::Context{}, state_, entry);
        CLOISTER_ASSERT(run.outcome == contract::Outcome::Returned);
        return run;
    }

    const contract::Engine& engine_;
    std::shared_ptr<const contract::Module> module_;
    contract::State state_;
};

[[gnu::noinline]] std::uint32_t native_get(const std::uint32_t& total) {
    keep(total);
    return total;
}

void measure_calls(Lines& lines, const contract::Engine& engine, const Bytes& counter_wasm) {
    const Deployed empty(engine, empty_contract, {});
    const Deployed counter(engine, counter_wasm, message("new", std::uint32_t{5}));
    const Bytes get = message("get");
    std::uint32_t total = 5;
    const auto call_empty = [&] { keep(empty.call({})); };
    const auto call_counter = [&] { keep(counter.call(get)); };
    const auto call_native = [&] {
        for (int i = 0; i < 1000; ++i) keep(native_get(total));
    };
    const PairTime entered = time_pair(
        {.measured = call_empty, .beside = call_native, .repeats = 200, .beside_repeats = 50});
    lines.push_back({"contract.empty_call", "empty contract called", "us", entered.measured,
                     "native function called", entered.beside / 1000});
    const PairTime got = time_pair(
        {.measured = call_counter, .beside = call_empty, .repeats = 200, .beside_repeats = 200});
    lines.push_back({"contract.counter_call", "counter's get() called", "us", got.measured,
                     "empty contract called", got.beside});
    const PairTime compiled = time_pair({.measured = [&] { keep(engine.compile(counter_wasm)); },
                                         .beside = call_counter,
                                         .repeats = 1,
                                         .beside_repeats = 200,
                                         .samples = 9});
    lines.push_back({"contract.compile",
                     "counter compiled (" + std::to_string(counter_wasm.size()) + " bytes of WASM)",
                     "us", compiled.measured, "counter's get() called", compiled.beside});
}

constexpr std::size_t training_records = 400;  // as many as the demonstration trains on

// Two overlapping clouds, the same in every run.
std::vector<diagnosis::Record> make_records() {
    std::vector<diagnosis::Record> records(training_records);
    std::uint64_t random = 1;
    for (std::size_t i = 0; i < records.size(); ++i) {
        records[i].malignant = i % 3 == 0;
        for (std::int64_t& feature : records[i].features) {
            random = random * 6364136223846793005U + 1442695040888963407U;
            const auto noise = static_cast<std::int64_t>(random >> 44);  // below 2^20
            feature = noise + (records[i].malignant ? 300'000 : 0);
        }
    }
    return records;
}

// Fuel that costs.hpp allows for one second of host work ("half a nanosecond or less" a unit).
constexpr double fuel_per_second_priced = 2e9;

void measure_training(Lines& lines, const contract::Engine& engine, const Bytes& wasm) {
    const std::vector<diagnosis::Record> records = make_records();
    std::vector<std::tuple<diagnosis::Features, bool>> rows;
    for (const auto& record : records) rows.emplace_back(record.features, record.malignant);
    const Deployed contract(engine, wasm, message("new"));
    const Bytes train = message("train", rows);
    std::vector<std::array<double, diagnosis::feature_count>> scratch(records.size());

    const contract::Run run = contract.call(train);
    const diagnosis::Model native = diagnosis::train(records, scratch);
    const auto bits = std::bit_cast<std::array<std::uint64_t, sizeof native / 8>>(native);
    CLOISTER_ASSERT(run.writes.at(to_bytes("model")) == scale::encode(bits));

    const PairTime trained = time_pair({.measured = [&] { keep(contract.call(train)); },
                                        .beside = [&] { keep(diagnosis::train(records, scratch)); },
                                        .repeats = 1,
                                        .beside_repeats = 1,
                                        .samples = 9});
    lines.push_back({"contract.training", "600 rounds over 400 records inside WASM", "ms",
                     trained.measured / 1000, "the same C++, native", trained.beside / 1000});
    const double fuel_per_second = static_cast<double>(run.gas_used.value) / trained.measured * 1e6;
    lines.push_back({"contract.fuel", "fuel used in that training", "million/s",
                     fuel_per_second / 1e6, "what costs.hpp assumes",
                     fuel_per_second_priced / 1e6});
}

}  // namespace

Result<Lines, std::string> measure_contracts(const Places& places) {
    constexpr std::size_t wasm_bytes_max = 2U << 20;
    const auto counter = io::read_file(places.contracts + "/counter.wasm", wasm_bytes_max);
    const auto diagnosis = io::read_file(places.contracts + "/diagnosis.wasm", wasm_bytes_max);
    if (!counter || !diagnosis) {
        return err("no contracts in " + places.contracts + ": run `make build`");
    }
    Lines lines;
    const contract::Engine engine{contract::Limits{}};
    measure_calls(lines, engine, *counter);
    measure_training(lines, engine, *diagnosis);
    return lines;
}

}  // namespace cloister::bench
