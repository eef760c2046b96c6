//! Comments: public answers, hiding, deleting (`comment-moderation`, `graph-api/reference/comment`).

use serde_json::json;

use super::{
    answer::{Answered, Refusal, bad, ensure, no_object},
    params::Params,
    tokens::Caller,
};
use crate::meta::state::{Comment, Platform, State};

/// A comment on a post of this account.
fn own<'a>(state: &'a State, caller: &Caller, id: &str) -> Result<&'a Comment, Refusal> {
    caller.may("comments")?;
    let found = state.comments.get(id).ok_or_else(|| no_object(id))?;
    let is_own = state.posts.get(&found.post).is_some_and(|post| post.account == caller.account);
    ensure(is_own, || no_object(id))?;
    Ok(found)
}

/// `POST /{comment}/replies` (Instagram) or `/{comment}/comments` (Facebook): answers publicly.
pub(super) fn answer(state: &mut State, caller: &Caller, node: &str, edge: &str, params: &Params) -> Answered {
    let wanted = match caller.platform {
        Platform::Instagram => "replies",
        Platform::Facebook => "comments",
    };
    let text = params.text("message").unwrap_or_default();
    let is_post = state.posts.get(node).is_some_and(|post| post.account == caller.account);
    let (post, parent) = if is_post && edge == "comments" {
        caller.may("comments")?;
        (node.to_owned(), None)
    } else {
        ensure(edge == wanted, || Refusal::new(400, 2500, None, format!("Unknown path components: /{edge}")))?;
        let found = own(state, caller, node)?;
        ensure(!found.is_hidden, || bad("A hidden comment can't be answered"))?;
        // On Instagram, answers have only one level.
        let top = found.parent.clone().filter(|_| caller.platform == Platform::Instagram);
        (found.post.clone(), Some(top.unwrap_or_else(|| node.to_owned())))
    };
    ensure(!text.trim().is_empty(), || bad("The parameter message is required."))?;
    let id = state.comment(&post, None, parent, &text);
    Ok(json!({ "id": id }))
}

/// `POST /{comment}` with `hide` (Instagram) or `is_hidden` (Facebook).
pub(super) fn hide(state: &mut State, caller: &Caller, node: &str, params: &Params) -> Answered {
    own(state, caller, node)?;
    let name = if caller.platform == Platform::Instagram { "hide" } else { "is_hidden" };
    let hidden = params.text(name).ok_or_else(|| bad(&format!("The parameter {name} is required.")))?;
    if let Some(comment) = state.comments.get_mut(node) {
        comment.is_hidden = hidden == "true";
    }
    Ok(json!({ "success": true }))
}

/// `DELETE /{comment}`: with its answers.
pub(super) fn delete(state: &mut State, caller: &Caller, node: &str) -> Answered {
    own(state, caller, node)?;
    state.comments.retain(|id, comment| id != node && comment.parent.as_deref() != Some(node));
    Ok(json!({ "success": true }))
}
