//! The content of a customer's message as it is stored: without characters that a store or a wire format cannot carry,
//! and with its files registered.

use base::error::Result;
use base::message::{Body, Content, Media, Person, Quote, is_visible};
use queue::accept_batch::NewMedia;

use crate::intake::{IntakeContext, clean};
use crate::media::{self, FileOrigin, FileOwner};

/// Replaces every file address in the body by a media id. The files are registered for fetching in the same commit as
/// the message.
///
/// Errors: an upload that does not exist, with the pointer `/content/media_id`.
pub(super) async fn enclosed(app: &IntakeContext, whose: &FileOwner, body: &mut Body) -> Result<Vec<NewMedia>> {
    let mut all = of_content(app, whose, &mut body.content).await?;
    let people = std::iter::once(&mut body.sender).chain(body.receiver.as_mut());
    all.extend(people.filter_map(|person| avatar_of(app, whose, person)));
    Ok(all)
}

/// The same for a content alone.
pub(in crate::intake) async fn of_content(
    app: &IntakeContext,
    whose: &FileOwner,
    content: &mut Content,
) -> Result<Vec<NewMedia>> {
    let Some(media_id) = content.media().and_then(|media| media.media_id) else {
        return Ok(media::enclose(&app.files, whose, content));
    };
    let uploaded = media::uploaded(&app.files, whose, media_id).await?;
    if let Some(file) = content.media_mut() {
        if file.file_name.is_empty() {
            file.file_name = uploaded.file_name;
        }
        file.file_size = uploaded.size;
        file.mime_type = Some(uploaded.mime_type);
    }
    Ok(vec![uploaded.media])
}

fn avatar_of(app: &IntakeContext, whose: &FileOwner, person: &mut Person) -> Option<NewMedia> {
    let origin = match person.avatar_reference.take() {
        Some(reference) => FileOrigin::Connector { source_id: whose.source_id, reference },
        None => FileOrigin::Url(person.avatar_url.take()?),
    };
    let avatar = media::avatar(&app.files, whose, origin);
    person.avatar_media_id = Some(avatar.id);
    Some(avatar)
}

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

/// Cleans a participant. A name of invisible signs is none, so that the phone or the id takes its place.
pub fn cleaned_person(mut person: Person) -> Person {
    for text in
        [&mut person.name, &mut person.phone, &mut person.email, &mut person.avatar_url, &mut person.profile_url]
    {
        optional(text);
        *text = text.take().filter(|text| is_visible(text));
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
