//! Files that managers send: given by a test, uploaded, or built in.

use bytes::Bytes;

/// A file and the kind of its message.
#[derive(Clone, Debug)]
pub struct Attachment {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) bytes: Bytes,
    pub(crate) thumbnail: Option<Bytes>,
}

/// The kinds of messages with a file.
pub(crate) const KINDS: [&str; 6] = ["picture", "video", "file", "voice", "audio", "sticker"];

macro_rules! sample {
    ($file:literal) => {
        Bytes::from_static(include_bytes!(concat!("../../assets/samples/", $file)))
    };
}

impl Attachment {
    /// A file of any bytes. `kind` is `picture`, `video`, `file`, `voice`, `audio` or `sticker`; the declared type may
    /// be wrong, as in reality.
    pub fn new(kind: &str, name: &str, content_type: &str, bytes: impl Into<Bytes>) -> Self {
        Self {
            kind: kind.to_owned(),
            name: name.to_owned(),
            content_type: content_type.to_owned(),
            bytes: bytes.into(),
            thumbnail: None,
        }
    }

    /// The built-in file of a kind: a PNG (`picture`), H.264 in MP4 (`video`), a PDF (`file`), Opus in OGG
    /// (`voice`), an MP3 (`audio`), a WebP (`sticker`). Any other kind is the PDF.
    pub fn sample(kind: &str) -> Self {
        let (name, content_type, bytes, thumbnail) = match kind {
            "picture" => ("sofa.png", "image/png", sample!("picture.png"), Some(sample!("thumbnail.png"))),
            "video" => ("clip.mp4", "video/mp4", sample!("clip.mp4"), Some(sample!("poster.png"))),
            "voice" => ("voice.ogg", "audio/ogg", sample!("voice.ogg"), None),
            "audio" => ("melody.mp3", "audio/mpeg", sample!("melody.mp3"), None),
            // Real stickers have no name.
            "sticker" => ("", "image/webp", sample!("sticker.webp"), None),
            _ => ("offer.pdf", "application/pdf", sample!("offer.pdf"), None),
        };
        Self { thumbnail, ..Self::new(kind, name, content_type, bytes) }
    }

    /// A second built-in picture, a JPEG, for albums.
    pub fn second_picture() -> Self {
        let thumbnail = Some(sample!("thumbnail.png"));
        Self { thumbnail, ..Self::new("picture", "sofa-green.jpg", "image/jpeg", sample!("picture.jpg")) }
    }

    /// Gives the file another name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// The default kind for a media type.
    pub(crate) fn kind_of(content_type: &str) -> &'static str {
        match content_type.split('/').next() {
            Some("image") if content_type != "image/svg+xml" => "picture",
            Some("video") => "video",
            Some("audio") => "audio",
            _ => "file",
        }
    }
}
