// What a shared build of Larder shows. Everything is compiled with hidden visibility; the namespace of a public header
// is opened with LARDER_API, which makes what the header declares visible to hosts.
#pragma once

#define LARDER_API [[gnu::visibility("default")]]
