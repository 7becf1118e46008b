// Digests of documents as they came over the wire.
#pragma once

#include <string>
#include <string_view>

#include "larder/digest.h"
#include "larder/error.h"

namespace larder {

// REQUIRES: algorithm is not none.
Digest ComputeDigest(DigestAlgorithm algorithm, std::string_view bytes);

// What the digest of a schema1 manifest covers: of a signed one the payload of its signatures (the document without
// them, exactly as it was signed), of any other all of `bytes`. corruption where a signature's header cannot be read or
// two disagree. The signature itself is not verified: the digest is what names a document.
Result<std::string> Schema1Payload(std::string_view bytes);

}  // namespace larder
