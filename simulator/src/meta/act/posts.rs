//! Comments of people, and of the business in its own app.

use anyhow::{Result, bail, ensure};

use crate::meta::state::State;

impl State {
    pub(super) fn write_comment(
        &mut self,
        who: Option<i64>,
        post: &str,
        parent: Option<String>,
        text: &str,
    ) -> Result<String> {
        ensure!(self.posts.contains_key(post), "there is no post {post}");
        ensure!(who.is_none_or(|who| self.people.contains_key(&who)), "there is no such person");
        let known = parent.as_ref().is_none_or(|id| self.comments.contains_key(id));
        ensure!(known, "there is no comment to answer");
        Ok(self.comment(post, who, parent, text))
    }

    /// A new text; none deletes the comment.
    pub(super) fn change_comment(&mut self, id: &str, text: Option<&str>) -> Result<String> {
        let Some(comment) = self.comments.get_mut(id) else { bail!("there is no comment {id}") };
        match text {
            Some(text) => {
                text.clone_into(&mut comment.text);
                self.announce_comment(id, "edited");
            }
            None => {
                self.announce_comment(id, "remove");
                self.comments.remove(id);
            }
        }
        Ok(id.to_owned())
    }
}
