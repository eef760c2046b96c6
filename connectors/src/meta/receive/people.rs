//! Converts people. Webhooks of messages contain only ids, so profiles are requested (instagram-and-facebook §14).

use std::sync::Arc;

use base::message::{Person, Role, is_visible};

use super::{Listener, text_of};
use crate::meta::files;
use crate::meta::graph::GraphError;
use crate::meta::memory::Profile;

impl Listener<'_> {
    /// A customer by id. The message is stored even without a profile.
    pub(super) async fn customer(&self, id: &str, at: Option<i64>) -> Person {
        let profile = self.profile(id).await;
        let page = profile.username.as_ref().filter(|_| !self.meta.platform.person_page.is_empty());
        Person {
            id: id.to_owned(),
            role: Role::Client,
            name: profile.name.clone().or_else(|| profile.username.clone()),
            profile_url: page.map(|name| format!("{}{name}", self.meta.platform.person_page)),
            avatar_reference: Some(files::face(id, at.unwrap_or_default())),
            ..Person::default()
        }
    }

    async fn profile(&self, id: &str) -> Arc<Profile> {
        let key = (self.account.id.to_owned(), id.to_owned());
        if let Some(known) = self.meta.memory.profiles.get(&key).await {
            return known;
        }
        let fields = [("fields", self.meta.platform.profile)];
        let profile = match self.meta.graph.ask(self.account.token, id, &fields).await {
            Ok(answer) => {
                let whole = [text_of(&answer, "first_name"), text_of(&answer, "last_name")];
                let whole = whole.into_iter().flatten().collect::<Vec<_>>().join(" ");
                let named = |name: String| Some(name.trim().to_owned()).filter(|name| is_visible(name));
                Profile {
                    name: text_of(&answer, "name").and_then(named).or_else(|| named(whole)),
                    username: text_of(&answer, "username").and_then(named),
                }
            }
            // Not visible to this app: another request today would not help.
            Err(GraphError::Refused(refusal)) if refusal.status < 500 => Profile::default(),
            Err(_) => return Arc::default(),
        };
        let profile = Arc::new(profile);
        self.meta.memory.profiles.insert(key, Arc::clone(&profile)).await;
        profile
    }

    /// The business itself, for messages written in its own app.
    pub(super) fn business(&self) -> Person {
        Person { id: self.account.id.to_owned(), role: Role::Manager, ..Person::default() }
    }
}
