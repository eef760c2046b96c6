//! In which form a file is sent (instagram-and-facebook §13).

use base::message::{Content, Media};

use crate::meta::Network;

const MEGABYTE: u64 = 1024 * 1024;
/// The largest picture, and the largest file of any other form.
const PICTURE: u64 = 8 * MEGABYTE;
const FILE: u64 = 25 * MEGABYTE;

/// The attachment's `type`; none if the network does not accept this file, which is then sent as a link.
pub(super) fn form(network: Network, content: &Content) -> Option<&'static str> {
    let media = content.media()?;
    let form = match content {
        Content::Picture(_) | Content::Sticker(_) if media.file_size <= PICTURE && is_picture(media) => "image",
        Content::Video(_) => "video",
        Content::Voice(_) | Content::Audio(_) => "audio",
        _ => "file",
    };
    let takes = match (network, form) {
        (_, "image") => true,
        (Network::Facebook, "video") => is_of(media, "video/"),
        (Network::Facebook, "audio") => is_of(media, "audio/"),
        (Network::Facebook, _) => true,
        (Network::Instagram, "video") => {
            is_one_of(media, &["video/mp4", "video/ogg", "video/x-msvideo", "video/quicktime", "video/webm"])
        }
        (Network::Instagram, "audio") => is_one_of(
            media,
            &["audio/aac", "audio/mp4", "audio/m4a", "audio/x-m4a", "audio/wav", "audio/x-wav", "audio/vnd.wave"],
        ),
        (Network::Instagram, _) => is_one_of(media, &["application/pdf"]),
    };
    let form = match (takes, network) {
        (true, _) => form,
        // Messenger accepts any file as a file.
        (false, Network::Facebook) => "file",
        (false, Network::Instagram) => return None,
    };
    (media.file_size <= FILE).then_some(form)
}

fn kind(media: &Media) -> Option<&str> {
    media.mime_type.as_deref().map(|kind| kind.split(';').next().unwrap_or(kind).trim())
}

fn is_picture(media: &Media) -> bool {
    is_one_of(media, &["image/jpeg", "image/png", "image/gif"])
}

/// An unknown type matches.
fn is_one_of(media: &Media, kinds: &[&str]) -> bool {
    kind(media).is_none_or(|kind| kinds.contains(&kind))
}

fn is_of(media: &Media, family: &str) -> bool {
    kind(media).is_none_or(|kind| kind.starts_with(family))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(mime: &str, size: u64) -> Media {
        Media { mime_type: Some(mime.to_owned()).filter(|mime| !mime.is_empty()), file_size: size, ..Media::default() }
    }

    #[test]
    fn a_file_goes_as_the_best_that_is_taken() {
        for (content, instagram, facebook) in [
            (Content::Picture(media("image/jpeg", 5)), Some("image"), Some("image")),
            (Content::Picture(media("", 5)), Some("image"), Some("image")),
            (Content::Picture(media("image/webp", 5)), None, Some("file")),
            (Content::Picture(media("image/jpeg", PICTURE + 1)), None, Some("file")),
            (Content::Sticker(media("image/png", 5)), Some("image"), Some("image")),
            (Content::Video(media("video/mp4", 5)), Some("video"), Some("video")),
            (Content::Video(media("video/x-matroska", 5)), None, Some("video")),
            (Content::Video(media("video/mp4", FILE + 1)), None, None),
            (Content::Voice(media("audio/ogg; codecs=opus", 5)), None, Some("audio")),
            (Content::Audio(media("audio/wav", 5)), Some("audio"), Some("audio")),
            (Content::File(media("application/pdf", 5)), Some("file"), Some("file")),
            (Content::File(media("text/plain", 5)), None, Some("file")),
            (Content::Text { text: "x".into() }, None, None),
        ] {
            assert_eq!(form(Network::Instagram, &content), instagram, "{content:?}");
            assert_eq!(form(Network::Facebook, &content), facebook, "{content:?}");
        }
    }
}
