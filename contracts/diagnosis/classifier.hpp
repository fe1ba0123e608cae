// Logistic regression over standardised features, trained by gradient descent on all records at
// once. Plain C++ without a library call, so that the contract and a native program compute the
// same bits: compile with -ffp-contract=off.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace diagnosis {

inline constexpr std::size_t feature_count = 30;
using Features = std::array<std::int64_t, feature_count>;  // in millionths

struct Record {
    Features features;
    bool malignant;
};

struct Model {
    std::array<double, feature_count> mean;
    std::array<double, feature_count> scale;  // 1 / standard deviation
    std::array<double, feature_count> weights;
    double bias;
};

inline constexpr std::size_t rounds = 600;
inline constexpr double rate = 0.3;
inline constexpr double decay = 0.002;  // L2, on the weights

// e^x to about 1e-12, by e^x = 2^n e^r and a Taylor series.
inline double exponential(double x) {
    constexpr double ln2 = 0.69314718055994530942;
    if (x < -700) return 0;
    if (x > 700) x = 700;
    const auto n = static_cast<std::int64_t>(x / ln2 + (x < 0 ? -0.5 : 0.5));
    const double r = x - static_cast<double>(n) * ln2;
    double term = 1;
    double sum = 1;
    for (int i = 1; i < 14; ++i) {
        term *= r / i;
        sum += term;
    }
    return sum * std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52);
}

// Newton's iteration; for positive numbers. (sqrt would be exact too, but is a library's name.)
inline double square_root(double x) {
    double root = x > 1 ? x : 1;
    for (int i = 0; i < 60; ++i) root = 0.5 * (root + x / root);
    return root;
}

inline std::array<double, feature_count> standardised(const Model& model, const Features& raw) {
    std::array<double, feature_count> out;
    for (std::size_t j = 0; j < feature_count; ++j) {
        out[j] = (static_cast<double>(raw[j]) - model.mean[j]) * model.scale[j];
    }
    return out;
}

inline double probability(const Model& model, const std::array<double, feature_count>& x) {
    double sum = model.bias;
    for (std::size_t j = 0; j < feature_count; ++j) sum += model.weights[j] * x[j];
    return 1 / (1 + exponential(-sum));
}

// The probability that a record is malignant.
inline double predict(const Model& model, const Features& raw) {
    return probability(model, standardised(model, raw));
}

inline void fit_scale(Model& model, std::span<const Record> records) {
    const auto count = static_cast<double>(records.size());
    for (std::size_t j = 0; j < feature_count; ++j) {
        double sum = 0;
        for (const Record& record : records) sum += static_cast<double>(record.features[j]);
        model.mean[j] = sum / count;
        double squares = 0;
        for (const Record& record : records) {
            const double d = static_cast<double>(record.features[j]) - model.mean[j];
            squares += d * d;
        }
        const double variance = squares / count;
        model.scale[j] = variance > 0 ? 1 / square_root(variance) : 0;
    }
}

// `rows` is scratch space for as many rows as records. Precondition: at least one record.
inline Model train(std::span<const Record> records,
                   std::span<std::array<double, feature_count>> rows) {
    Model model{};
    fit_scale(model, records);
    for (std::size_t i = 0; i < records.size(); ++i) {
        rows[i] = standardised(model, records[i].features);
    }
    const double step = rate / static_cast<double>(records.size());
    for (std::size_t round = 0; round < rounds; ++round) {
        std::array<double, feature_count> gradient{};
        double bias_gradient = 0;
        for (std::size_t i = 0; i < records.size(); ++i) {
            const double error = probability(model, rows[i]) - (records[i].malignant ? 1.0 : 0.0);
            for (std::size_t j = 0; j < feature_count; ++j) gradient[j] += error * rows[i][j];
            bias_gradient += error;
        }
        for (std::size_t j = 0; j < feature_count; ++j) {
            model.weights[j] -= step * gradient[j] + rate * decay * model.weights[j];
        }
        model.bias -= step * bias_gradient;
    }
    return model;
}

}  // namespace diagnosis
