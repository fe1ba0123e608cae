// Root looks for the long-term keys in the enclaves' memory, after they have registered, given and
// taken keys, and run a contract.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <functional>

#include "base/hex.hpp"
#include "enclave/gatekeeper.hpp"
#include "harden.hpp"
#include "io/file.hpp"
#include "memory.hpp"
#include "network.hpp"
#include "platform/store.hpp"
#include "protocol/domains.hpp"
#include "protocol/query.hpp"
#include "secret_pages.hpp"
#include "test/support/cases.hpp"

namespace cloister::sandbox {
namespace {

struct Needle {
    std::string name;
    Bytes bytes;
};
struct Sighting {
    std::string needle;
    std::string place;
    friend bool operator==(const Sighting&, const Sighting&) = default;
};

// The keys in which everything else is rooted, from the vendor's seed and the gatekeeper's blob.
class Keys {
  public:
    Keys(const Network& network, const ContractId& contract) {
        const auto platform = platform::open_platform(network.base_path() + "/platform");
        const Bytes measured = network.status(network.gatekeeper_url()).bytes("measurement");
        const auto blob = io::read_file(network.base_path() + "/gatekeeper/sealed/share", 4096);
        if (!platform || measured.size() != 32 || !blob) return;
        const Secret<32> seal_key = platform->seal_key(Measurement(measured));
        const auto share = enclave::open_share(seal_key, network.genesis(), *blob);
        if (!share) return;
        common_.push_back({"seal key", to_bytes(seal_key.reveal())});
        gatekeeper_.push_back({"gatekeeper's share", to_bytes(share->bytes().reveal())});
        const auto seed_of = [&](const protocol::SeedSubject& subject, const std::string& name) {
            const Bytes message =
                protocol::seed_message(network.genesis(), enclave::current_epoch, subject);
            const auto evaluation =
                crypto::evaluate(*share, view_of(protocol::domain::seed), message);
            Secret<32> seed = enclave::seed_of(evaluation.value);
            passing_.push_back({name + "'s share of the seed", to_bytes(evaluation.value.view())});
            passing_.push_back({name + "'s seed", to_bytes(seed.reveal())});
            return seed;
        };
        const auto cluster = enclave::cluster_keys_of(
            seed_of(enclave::subject_of(protocol::cluster_id(1)), "cluster"));
        const auto contract_keys =
            enclave::contract_keys_of(seed_of(enclave::subject_of(contract), "contract"));
        worker_.push_back({"cluster's vrf key", to_bytes(cluster.vrf.bytes().reveal())});
        worker_.push_back({"cluster's state key", to_bytes(cluster.state.reveal())});
        worker_.push_back({"cluster's commitment key", to_bytes(cluster.commitment.reveal())});
        worker_.push_back(
            {"contract's request key", to_bytes(contract_keys.request.secret.reveal())});
        worker_.push_back({"contract's prf key", to_bytes(contract_keys.prf.reveal())});
    }
    bool known() const { return !worker_.empty(); }
    // What the enclave holds as long as it lives.
    std::vector<Needle> held(bool gatekeeper) const {
        std::vector<Needle> out = common_;
        const auto& own = gatekeeper ? gatekeeper_ : worker_;
        out.insert(out.end(), own.begin(), own.end());
        return out;
    }
    // And what passed through it, which must be nowhere any more.
    const std::vector<Needle>& passing() const { return passing_; }

  private:
    std::vector<Needle> common_, gatekeeper_, worker_, passing_;
};

void each_place(const std::vector<Mapping>& memory, ByteView needle,
                const std::function<void(const Mapping&, std::size_t)>& found) {
    const std::boyer_moore_horspool_searcher searcher(needle.begin(), needle.end());
    for (const Mapping& mapping : memory) {
        auto at = mapping.bytes.begin();
        while ((at = std::search(at, mapping.bytes.end(), searcher)) != mapping.bytes.end()) {
            found(mapping, static_cast<std::size_t>(at - mapping.bytes.begin()));
            ++at;
        }
    }
}

std::vector<Sighting> search(const std::vector<Mapping>& memory, const std::vector<Needle>& for_) {
    std::vector<Sighting> out;
    for (const Needle& needle : for_) {
        each_place(memory, needle.bytes, [&](const Mapping& mapping, std::size_t) {
            out.push_back({needle.name, mapping.name});
        });
    }
    return out;
}

// The identity's secrets are born in the enclave, and nobody outside knows them. But a key lies
// near its public key wherever a whole key pair lies: what makes the public key is the secret.
std::optional<Needle> find_secret_of(const std::vector<Mapping>& memory, const std::string& name,
                                     ByteView public_key,
                                     const std::function<bool(ByteView)>& makes_it) {
    std::optional<Needle> secret;
    each_place(memory, public_key, [&](const Mapping& mapping, std::size_t at) {
        for (std::ptrdiff_t offset = -160; offset <= 160 && !secret; offset += 8) {
            const std::ptrdiff_t from = static_cast<std::ptrdiff_t>(at) + offset;
            if (from < 0 || static_cast<std::size_t>(from) + 32 > mapping.bytes.size()) continue;
            const ByteView candidate =
                ByteView(mapping.bytes).subspan(static_cast<std::size_t>(from), 32);
            if (makes_it(candidate)) secret = Needle{name, to_bytes(candidate)};
        }
    });
    return secret;
}

std::vector<Needle> find_identity(const std::vector<Mapping>& memory, const Bytes& worker,
                                  const Bytes& session) {
    std::vector<Needle> out;
    const auto signing =
        find_secret_of(memory, "identity's signing key", worker, [&](ByteView secret) {
            return equal(crypto::Ed25519Key(Secret<32>(secret)).public_key().view(), worker);
        });
    if (signing) out.push_back(*signing);
    const auto decoded = scale::decode<protocol::Session>(session);
    if (!decoded) return out;
    const auto agreement =
        find_secret_of(memory, "session key", decoded->session_key.view(), [&](ByteView secret) {
            return equal(crypto::X25519Key(Secret<32>(secret)).public_key.view(),
                         decoded->session_key.view());
        });
    if (agreement) out.push_back(*agreement);
    return out;
}

std::string text_of_all(const std::vector<Sighting>& sightings) {
    std::string out;
    for (const Sighting& s : sightings) out += s.needle + " in '" + s.place + "'\n";
    return out;
}

class Memory : public ::testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "only root may read the memory of such a process";
    }
    // Deploys a contract, runs a command and a query on it.
    void exercise(const Network& network) {
        const auto deployed =
            network.contract({"deploy", CLOISTER_COUNTER, "--args", "0x05000000"});
        const Bytes id = deployed.bytes("contract");
        ASSERT_EQ(id.size(), 32U);
        contract_ = ContractId(id);
        const std::string hex = base::to_hex_0x(id);
        EXPECT_EQ(network.contract({"call", hex, "add", "--args", "0x02000000"}).text("outcome"),
                  "Ok");
        EXPECT_EQ(network.contract({"query", hex, "get"}).text("output"), "0x0007000000");
        keys_.emplace(network, contract_);
        ASSERT_TRUE(keys_->known());
    }
    static std::string built_enclave() {
        return std::string(std::getenv("CLOISTER_BIN")) + "/cloister-enclave";
    }

    ContractId contract_;
    std::optional<Keys> keys_;
};

TEST_F(Memory, RootDoesNotFindTheLongTermKeys) {
    if (!app::can_map_secret_pages()) GTEST_SKIP() << "this kernel lacks memfd_secret";
    const Network network(built_enclave());
    ASSERT_EQ(network.problem(), "");
    ASSERT_NO_FATAL_FAILURE(exercise(network));
    for (const bool gatekeeper : {true, false}) {
        const std::string url = gatekeeper ? network.gatekeeper_url() : network.worker_url();
        const auto status = network.status(url);
        for (const Door door : {Door::ProcMem, Door::ReadV}) {
            const auto memory = read_memory(static_cast<int>(status.number("enclave_pid")), door);
            std::size_t read = 0;
            std::size_t unreadable = 0;
            for (const Mapping& mapping : memory) {
                read += mapping.bytes.size();
                unreadable +=
                    mapping.name.find("secretmem") != std::string::npos && mapping.bytes.empty();
            }
            EXPECT_GT(read, 1U << 20);
            EXPECT_EQ(unreadable, 1U);
            std::vector<Needle> needles = keys_->held(gatekeeper);
            needles.insert(needles.end(), keys_->passing().begin(), keys_->passing().end());
            const auto seen = search(memory, needles);
            EXPECT_TRUE(seen.empty()) << text_of_all(seen);
            const Bytes session = network.session(url);
            EXPECT_TRUE(find_identity(memory, status.bytes("worker"), session).empty());
            test::ran_cases(needles.size() + 2);
        }
    }
}

// The control: with ordinary pages the same search finds every key, and finds it in those pages
// alone.
TEST_F(Memory, WithoutSecretPagesTheSameSearchFindsEachKeyInTheirPlaceAlone) {
    const Network network(CLOISTER_UNPROTECTED_ENCLAVE);
    ASSERT_EQ(network.problem(), "");
    ASSERT_NO_FATAL_FAILURE(exercise(network));
    const std::string place = "/memfd:enclave-keys (deleted)";
    for (const bool gatekeeper : {true, false}) {
        const std::string url = gatekeeper ? network.gatekeeper_url() : network.worker_url();
        const auto status = network.status(url);
        for (const Door door : {Door::ProcMem, Door::ReadV}) {
            const auto memory = read_memory(static_cast<int>(status.number("enclave_pid")), door);
            std::vector<Needle> needles = keys_->held(gatekeeper);
            const auto own = find_identity(memory, status.bytes("worker"), network.session(url));
            EXPECT_EQ(own.size(), 2U);
            needles.insert(needles.end(), own.begin(), own.end());
            for (const Needle& needle : needles) {
                const auto seen = search(memory, {needle});
                EXPECT_FALSE(seen.empty()) << needle.name;
                for (const Sighting& s : seen) EXPECT_EQ(s.place, place) << needle.name;
            }
            for (const Sighting& s : search(memory, keys_->passing()))
                EXPECT_EQ(s.place, place) << s.needle;
            test::ran_cases(needles.size() + keys_->passing().size());
        }
    }
}

}  // namespace
}  // namespace cloister::sandbox
