//! `GET /{node}`: accounts, people, posts, comments, messages.

use serde_json::{Map, Value, json};

use super::{
    answer::{Answered, Refusal, no_object},
    params::Params,
    tokens::Caller,
};
use crate::meta::state::{Platform, State};

/// Reads the requested fields of a node.
pub(super) fn read(state: &mut State, caller: &Caller, node: &str, params: &Params) -> Answered {
    let all = if node == "app" {
        let app = state.apps.get(&caller.app).ok_or_else(|| no_object(node))?;
        json!({ "id": app.id, "name": app.name, "link": "https://www.facebook.com/games/" })
    } else if caller.own(state, node).is_ok() {
        account(state, caller)
    } else if let Some(post) = state.posts.get(node).filter(|post| post.account == caller.account) {
        self::post(state, caller, &post.id)
    } else if let Some(comment) = state.comments.get(node) {
        let is_own = state.posts.get(&comment.post).is_some_and(|post| post.account == caller.account);
        if !is_own {
            return Err(no_object(node));
        }
        self::comment(state, caller, node)
    } else if let Some(person) = state.person_at(&caller.account, node) {
        self::person(state, caller, person, node)?
    } else {
        return Err(no_object(node));
    };
    Ok(chosen(all, params))
}

/// The requested fields, and the id. Everything if `fields` is absent.
fn chosen(all: Value, params: &Params) -> Value {
    let fields = params.list("fields");
    let Value::Object(all) = all else { return Value::Null };
    if fields.is_empty() {
        return Value::Object(all);
    }
    let wanted = |name: &str| fields.iter().any(|one| one.split(['{', '}']).next() == Some(name));
    Value::Object(
        all.into_iter()
            .filter(|(name, value)| (name == "id" || wanted(name)) && !value.is_null())
            .collect::<Map<_, _>>(),
    )
}

fn account(state: &State, caller: &Caller) -> Value {
    let Some(account) = state.accounts.get(&caller.account) else { return Value::Null };
    match account.platform {
        Platform::Instagram => json!({
            "id": account.app_scoped,
            "user_id": account.id,
            "username": account.username,
            "name": account.name,
            "account_type": "BUSINESS",
            "profile_picture_url": format!("{}/static/face.png", state.base_url),
        }),
        Platform::Facebook => json!({
            "id": account.id,
            "name": account.name,
            "username": account.username,
            "link": format!("https://www.facebook.com/{}", account.username),
        }),
    }
}

/// A person's profile, available once they have written, because Meta requires their consent.
fn person(state: &State, caller: &Caller, person: i64, node: &str) -> Answered {
    let chat = state.chats.get(&(caller.account.clone(), person));
    let Some(known) = state.people.get(&person).filter(|one| !one.is_deleted) else { return Err(no_object(node)) };
    if chat.is_none_or(|chat| chat.last_from_person.is_none()) {
        let message = "(#230) User consent is required to access user profile";
        return Err(Refusal::new(403, 230, None, message));
    }
    let picture = format!("{}/static/face.png", state.base_url);
    Ok(match caller.platform {
        Platform::Instagram => json!({
            "id": node,
            "name": known.name,
            "username": known.username,
            "profile_pic": picture,
            "follower_count": 12,
            "is_user_follow_business": true,
        }),
        Platform::Facebook => {
            let (first, last) = known.name.split_once(' ').unwrap_or((&known.name, ""));
            json!({ "id": node, "name": known.name, "first_name": first, "last_name": last, "profile_pic": picture })
        }
    })
}

fn post(state: &State, caller: &Caller, id: &str) -> Value {
    let Some(post) = state.posts.get(id) else { return Value::Null };
    let picture = state.address(&post.file);
    let username = state.accounts.get(&post.account).map(|one| one.username.clone());
    match caller.platform {
        Platform::Instagram => json!({
            "id": post.id,
            "caption": post.caption,
            "permalink": post.permalink,
            "media_type": "IMAGE",
            "media_product_type": post.product,
            "media_url": picture,
            "username": username,
        }),
        Platform::Facebook => json!({
            "id": post.id,
            "message": post.caption,
            "permalink_url": post.permalink,
            "full_picture": picture,
        }),
    }
}

fn comment(state: &State, caller: &Caller, id: &str) -> Value {
    let Some(comment) = state.comments.get(id) else { return Value::Null };
    match caller.platform {
        Platform::Instagram => json!({
            "id": comment.id,
            "text": comment.text,
            "from": state.author_json(comment),
            "hidden": comment.is_hidden,
            "parent_id": comment.parent,
            "media": { "id": comment.post },
        }),
        Platform::Facebook => json!({
            "id": comment.id,
            "message": comment.text,
            "from": state.author_json(comment),
            "is_hidden": comment.is_hidden,
            "parent": comment.parent.as_ref().map(|id| json!({ "id": id })),
            "can_reply_privately": comment.person.is_some() && !comment.is_replied,
        }),
    }
}
