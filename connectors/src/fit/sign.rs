//! Adds the manager's name above a message.

use base::i18n::Words;
use base::message::Content;

use crate::Message;

/// Adds a name on a line above a text or a caption; a file without a caption gets one. Stickers, locations and
/// contacts have no place for it.
pub fn sign(message: &mut Message, name: &str, words: Words) {
    let name = words.text("carried-signed").with("name", name).to_string();
    match &mut message.content {
        Content::Text { text } if text.is_empty() => {}
        Content::Text { text } => *text = format!("{name}\n{text}"),
        Content::Sticker(_) => {}
        content => {
            let Some(media) = content.media_mut() else { return };
            let caption = media.text.take().unwrap_or_default();
            media.text = Some(format!("{name}\n{caption}").trim_end().to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use base::i18n::Language;
    use base::message::Media;

    fn signed(content: Content) -> Content {
        let mut message = Message::of(Uuid::nil(), content, DateTime::UNIX_EPOCH);
        sign(&mut message, "Anna", Words::new(Language::En));
        message.content
    }

    #[test]
    fn the_managers_name_is_put_above_the_text() {
        let text = |text: &str| Content::Text { text: text.to_owned() };
        let file =
            |caption: Option<&str>| Content::Picture(Media { text: caption.map(str::to_owned), ..Media::default() });
        assert_eq!(signed(text("Hello")), text("Anna:\nHello"));
        assert_eq!(signed(file(Some("Look"))), file(Some("Anna:\nLook")));
        assert_eq!(signed(file(None)), file(Some("Anna:")));
        assert_eq!(signed(text("")), text(""), "buttons alone stay alone");
        let sticker = Content::Sticker(Media::default());
        assert_eq!(signed(sticker.clone()), sticker);
    }
}
