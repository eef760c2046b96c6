//! `wall.createComment`: the only method for public answers that a community's token may call.

use serde_json::json;

use super::{
    answer::{Answer, refused, wrong},
    params::Params,
    send,
};
use crate::vk::state::{Comment, CommentOf, State};

/// Adds a comment of the community to one of its posts. A repeated `guid` returns the existing comment.
pub(super) fn create(state: &mut State, community: i64, params: &Params) -> Answer {
    let (owner, post) = (params.needed_int("owner_id")?, params.needed_int("post_id")?);
    if owner != -community {
        return Err(refused(212));
    }
    if params.int("from_group").is_some_and(|from| from != community) {
        return Err(refused(15));
    }
    let guid = params.text("guid").map(str::to_owned);
    let own = |one: &&Comment| one.community == community && one.of == CommentOf::Wall && one.object == post;
    let known = state.comments.iter().filter(own).find(|one| guid.is_some() && one.guid == guid);
    if let Some(known) = known {
        return Ok(json!({"comment_id": known.id, "parents_stack": known.reply_to.into_iter().collect::<Vec<_>>()}));
    }
    let reply_to = params.int("reply_to_comment");
    if let Some(id) = reply_to
        && !state.comments.iter().filter(own).any(|one| one.id == id && !one.is_deleted)
    {
        return Err(wrong("reply_to_comment is invalid"));
    }
    let text = params.text("message").unwrap_or_default().to_owned();
    let attachments = send::attachments(state, params.text("attachments").unwrap_or_default())?;
    if text.is_empty() && attachments.is_empty() {
        return Err(wrong("message is undefined"));
    }
    let (id, date) = (state.next_serial(), state.date());
    let comment = Comment {
        id,
        community,
        of: CommentOf::Wall,
        object: post,
        from_id: -community,
        date,
        text,
        attachments,
        reply_to,
        guid,
        is_deleted: false,
    };
    let shown = state.comment_json(&comment);
    state.comments.push(comment);
    state.publish(community, "wall_reply_new", 0, shown);
    Ok(json!({"comment_id": id, "parents_stack": reply_to.into_iter().collect::<Vec<_>>()}))
}
