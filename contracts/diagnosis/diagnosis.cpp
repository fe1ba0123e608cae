// A diagnosis service over private records. Its owner trains it on patients' records, which
// nobody else ever sees; the model stays inside; and only the clinics on the owner's list may ask
// for scores.
#include <cloister/contract.hpp>

#include "diagnosis/classifier.hpp"

using namespace cloister;
using diagnosis::Features;
using diagnosis::Model;
using diagnosis::Record;

enum class Refusal : std::uint8_t { NotOwner, NotAllowed, NothingToLearnFrom, NotTrained };

struct Score {
    bool malignant;
    std::uint32_t per_million;  // the model's probability of that
};

struct Info {
    AccountId owner;
    std::uint32_t trained_on;  // records; 0 before the first training
    std::uint32_t trained_at;  // block
};

struct Diagnosis {
    Cell<AccountId> owner{"owner"};
    Cell<Model> model{"model"};
    Cell<Info> facts{"info"};
    Map<AccountId, bool> allowed{"allowed"};

    void create() {
        owner.set(caller());
        facts.set({caller(), 0, 0});
    }

    Result<std::uint32_t, Refusal> train(std::vector<Record> records) {
        if (caller() != owner.get()) return std::unexpected(Refusal::NotOwner);
        if (records.empty()) return std::unexpected(Refusal::NothingToLearnFrom);
        std::vector<std::array<double, diagnosis::feature_count>> rows(records.size());
        model.set(diagnosis::train(records, rows));
        facts.set({owner.get(), records.size(), block_number()});
        return records.size();
    }

    Result<void, Refusal> allow(AccountId clinic) {
        if (caller() != owner.get()) return std::unexpected(Refusal::NotOwner);
        allowed.set(clinic, true);
        return {};
    }

    Result<void, Refusal> revoke(AccountId clinic) {
        if (caller() != owner.get()) return std::unexpected(Refusal::NotOwner);
        allowed.remove(clinic);
        return {};
    }

    Result<std::vector<Score>, Refusal> score(std::vector<Features> patients) const {
        if (!allowed.contains(caller())) return std::unexpected(Refusal::NotAllowed);
        const std::optional<Model> trained = model.find();
        if (!trained) return std::unexpected(Refusal::NotTrained);
        std::vector<Score> scores;
        for (const Features& patient : patients) {
            const double p = diagnosis::predict(*trained, patient);
            scores.push_back({p >= 0.5, static_cast<std::uint32_t>(p * 1e6)});
        }
        return scores;
    }

    Info info() const { return facts.get(); }
};

CLOISTER_CONTRACT(Diagnosis, constructor<"new", &Diagnosis::create>,
                  message<"train", &Diagnosis::train>, message<"allow", &Diagnosis::allow>,
                  message<"revoke", &Diagnosis::revoke>, message<"score", &Diagnosis::score>,
                  message<"info", &Diagnosis::info>)
