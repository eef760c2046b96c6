//! Converts content from amoCRM to ours (chats-api §4.3 to §4.6).

use amocrm::hooks::chats::{self, MessageContent, PastMessage};
use base::i18n::Words;
use base::message::{
    Body, Button, Content, List, Marker, Markup, Media, Person, Post, Quote, Role, Row, Section, Template,
};

use crate::intake::clean;

/// The body of a manager's message. An unknown kind becomes a text that names it; the hook's bytes are stored as well.
pub(super) fn body_of(sender: Person, receiver: Person, message: &MessageContent, words: Words) -> Body {
    let body = Body {
        receiver: Some(receiver),
        markup: message.markup.as_ref().and_then(markup_of),
        template: message.template.as_ref().map(template_of),
        reply_to: message.reply_to.as_deref().map(|quoted| quote_of(quoted, words)),
        forward: message
            .forwards
            .as_ref()
            .and_then(|forwards| forwards.messages.first())
            .map(|one| quote_of(one, words)),
        post: message.post.as_ref().map(|post| Post { id: optional(&post.id).unwrap_or_default(), ..Post::default() }),
        ..Body::new(sender, content_of(message, words))
    };
    filled(body)
}

/// Fills in a template that came without its final text, because messengers without templates of their own need it.
fn filled(mut body: Body) -> Body {
    if let (Content::Text { text }, Some(template)) = (&mut body.content, &body.template)
        && text.trim().is_empty()
    {
        *text = template.params.iter().fold(template.content.clone(), |text, marker| {
            if marker.key.is_empty() { text } else { text.replace(&marker.key, &marker.value) }
        });
    }
    body
}

/// Whether the body has nothing to show.
pub(super) fn is_empty(body: &Body) -> bool {
    let mute = matches!(&body.content, Content::Text { text } if text.trim().is_empty());
    mute && body.markup.is_none() && body.forward.is_none()
}

/// A message may have text, file and buttons at once, whatever its kind, so a file takes precedence.
fn content_of(message: &MessageContent, words: Words) -> Content {
    let text = clean(&message.text);
    if let Some(place) = message.location.filter(|place| place.latitude.is_finite() && place.longitude.is_finite()) {
        return Content::Location { latitude: place.latitude, longitude: place.longitude };
    }
    if let Some(card) = &message.contact {
        let (name, phone) = (optional(&card.name), optional(&card.phone));
        return Content::Contact { name: name.unwrap_or_default(), phone: phone.unwrap_or_default() };
    }
    let kind = message.kind.as_str();
    let Some(media) = media_of(message) else {
        let known = kind == "text" || (kind.is_empty() && !text.is_empty());
        return Content::Text { text: if known { text } else { placeholder(kind, &text, words) } };
    };
    match kind {
        "picture" => Content::Picture(media),
        "video" => Content::Video(media),
        "voice" => Content::Voice(media),
        "audio" => Content::Audio(media),
        "sticker" => Content::Sticker(media),
        "file" | "text" | "" => Content::File(media),
        _ => Content::File(Media { text: Some(placeholder(kind, &text, words)), ..media }),
    }
}

fn placeholder(kind: &str, text: &str, words: Words) -> String {
    let detail = words.text("carried-unknown").with("kind", clean(kind)).to_string();
    if text.is_empty() { detail } else { format!("{detail}\n{text}") }
}

fn media_of(message: &MessageContent) -> Option<Media> {
    Some(Media {
        media_url: optional(&message.media)?,
        file_name: optional(&message.file_name).unwrap_or_default(),
        file_size: message.file_size.unwrap_or_default(),
        text: Some(clean(&message.text)).filter(|text| !text.is_empty()),
        group_id: optional(&message.media_group_id),
        thumbnail_url: optional(&message.thumbnail),
        ..Media::default()
    })
}

fn markup_of(markup: &chats::Markup) -> Option<Markup> {
    match markup {
        chats::Markup::Buttons { rows, .. } => {
            let button = |button: &chats::Button| Button { text: clean(&button.text), url: optional(&button.url) };
            let rows: Vec<Vec<Button>> = rows.iter().map(|row| row.iter().map(button).collect()).collect();
            (!rows.is_empty()).then_some(Markup::Buttons(rows))
        }
        chats::Markup::List(list) => Some(Markup::List(list_of(list))),
        chats::Markup::Other(_) => None,
    }
}

fn list_of(list: &chats::ListMessage) -> List {
    let text = |text: &Option<String>| optional(text).unwrap_or_default();
    let row = |row: &chats::ListRow| Row {
        id: clean(&row.callback_data),
        title: clean(&row.title),
        description: text(&row.description),
    };
    let section = |section: &chats::ListSection| Section {
        title: text(&section.title),
        rows: section.rows.iter().map(row).collect(),
    };
    List {
        header: text(&list.header),
        body: text(&list.body),
        footer: text(&list.footer),
        button: text(&list.button),
        sections: list.sections.iter().map(section).collect(),
    }
}

fn template_of(template: &chats::Template) -> Template {
    let marker = |param: &chats::TemplateParam| Marker { key: clean(&param.key), value: clean(&param.value) };
    Template {
        id: template.id.map(|id| id.to_string()).unwrap_or_default(),
        external_id: optional(&template.external_id),
        content: optional(&template.content).unwrap_or_default(),
        params: template.params.iter().map(marker).collect(),
    }
}

/// A quoted message; which of ours it is is determined when it is sent. Files in quotes are named without their
/// addresses.
fn quote_of(quoted: &PastMessage, words: Words) -> Quote {
    let mut content = content_of(&quoted.message, words);
    if let Some(media) = content.media_mut() {
        (media.media_url, media.thumbnail_url) = (String::new(), None);
    }
    let sender = quoted.sender.as_ref().map(|sender| Person {
        id: optional(&sender.id).unwrap_or_default(),
        role: if sender.client_id.is_some() { Role::Client } else { Role::Manager },
        name: optional(&sender.name),
        ..Person::default()
    });
    Quote {
        amocrm_message_id: Some(clean(&quoted.message.id)).filter(|id| !id.is_empty()),
        content: Some(content),
        sender,
        sent_at: quoted.at_milliseconds(),
        ..Quote::default()
    }
}

fn optional(text: &Option<String>) -> Option<String> {
    text.as_deref().map(clean).filter(|text| !text.is_empty())
}
