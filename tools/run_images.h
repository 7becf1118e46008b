// The list of images that `larder run` is given.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "larder/image_source.h"
#include "wake_up.h"

namespace larder::tool {

// Of a file, which is read again at each asking, or of "-": standard input, read to its end now. Fails where a first
// look does; nullopt where a signal says stop before the end comes.
Result<std::optional<std::shared_ptr<ImageSource>>> OpenImages(const std::string& file, WakeUp& wake_up);

}  // namespace larder::tool
