//! Bodies without characters that a store or a wire format cannot carry.

use base::message::{Body, Content, Media, Person, Quote};

use super::clean;

/// Cleans every text of a body; texts that are empty afterwards are removed.
pub fn cleaned(mut body: Body) -> Body {
    body.sender = cleaned_person(body.sender);
    body.receiver = body.receiver.map(cleaned_person);
    body.content = cleaned_content(body.content);
    optional(&mut body.caption);
    optional(&mut body.callback_data);
    body.reply_to = body.reply_to.map(cleaned_quote);
    body.forward = body.forward.map(cleaned_quote);
    if let Some(post) = &mut body.post {
        for text in [&mut post.url, &mut post.preview_url, &mut post.permalink, &mut post.username, &mut post.caption] {
            optional(text);
        }
    }
    if let Some(post) = &mut body.shared_post {
        post.url = clean(&post.url);
        for text in [&mut post.site_name, &mut post.preview_url, &mut post.permalink] {
            optional(text);
        }
    }
    body
}

/// Cleans a participant.
pub fn cleaned_person(mut person: Person) -> Person {
    for text in
        [&mut person.name, &mut person.phone, &mut person.email, &mut person.avatar_url, &mut person.profile_url]
    {
        optional(text);
    }
    person
}

/// Cleans a content.
pub fn cleaned_content(mut content: Content) -> Content {
    match &mut content {
        Content::Text { text } => *text = clean(text),
        Content::Contact { name, phone } => {
            *name = clean(name);
            *phone = clean(phone);
        }
        Content::Location { .. } => {}
        Content::Picture(media)
        | Content::Video(media)
        | Content::File(media)
        | Content::Voice(media)
        | Content::Audio(media)
        | Content::Sticker(media) => clean_media(media),
    }
    content
}

fn clean_media(media: &mut Media) {
    media.media_url = clean(&media.media_url);
    media.file_name = clean(&media.file_name);
    for text in
        [&mut media.text, &mut media.group_id, &mut media.mime_type, &mut media.sticker_id, &mut media.thumbnail_url]
    {
        optional(text);
    }
}

fn cleaned_quote(mut quote: Quote) -> Quote {
    quote.content = quote.content.map(cleaned_content);
    quote.sender = quote.sender.map(cleaned_person);
    quote
}

fn optional(text: &mut Option<String>) {
    *text = text.take().map(|text| clean(&text)).filter(|text| !text.is_empty());
}
