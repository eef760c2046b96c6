//! Files of an incoming message.

use base::error::Result;
use base::message::{Body, Content, Person};
use queue::media::NewMedia;

use crate::intake::IntakeContext;
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
pub(super) async fn of_content(app: &IntakeContext, whose: &FileOwner, content: &mut Content) -> Result<Vec<NewMedia>> {
    let Some(media_id) = content.media().and_then(|media| media.media_id) else {
        return Ok(media::enclose(app, whose, content));
    };
    let uploaded = media::uploaded(app, whose, media_id).await?;
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
    let avatar = media::avatar(app, whose, origin);
    person.avatar_media_id = Some(avatar.id);
    Some(avatar)
}
