// Where a refresher learns which images are in use.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "larder/api.h"
#include "larder/credentials.h"
#include "larder/error.h"
#include "larder/image_ref.h"

namespace LARDER_API larder {

struct SourcedImage {
  ImageRef ref;  // the whole repository is refreshed, whatever tag is named
  Credentials credentials;
};

// Called on the refresher's loop; what takes long (a cluster's API) belongs on a thread of the source's own, with the
// last answer given here.
class ImageSource {
 public:
  virtual ~ImageSource() = default;
  // All images in use now. After an error the images of the last answer stay.
  virtual Result<std::vector<SourcedImage>> Images() = 0;
};

// A list that does not change.
std::shared_ptr<ImageSource> MakeListSource(std::vector<SourcedImage> images);
// One ref a line; blank lines and what follows '#' are passed over. Re-read at each asking. An error names the line.
std::shared_ptr<ImageSource> MakeFileSource(std::string path);
// What `callback` answers, called as ImageSource::Images is.
std::shared_ptr<ImageSource> MakeCallbackSource(std::function<Result<std::vector<SourcedImage>>()> callback);
// What `source` has, without the repositories for which `includes` says no: ImageFilter::Includes,
// EcrSource::Includes. Asked each time anew.
std::shared_ptr<ImageSource> MakeFilteredSource(std::shared_ptr<ImageSource> source,
                                                std::function<bool(const ImageName& name)> includes);

// The lines of such a file. `where` stands for it in errors.
Result<std::vector<SourcedImage>> ParseImageList(std::string_view where, std::string_view text);

}  // namespace larder
