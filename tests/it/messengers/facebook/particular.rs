//! Comments that are changed, and a server with the essential calls.

use parom_tests::{Beside, once};
use simulator::meta::Act;

use super::{Facebook, MetaWorld};
use crate::messengers::at_crm;
use crate::messengers::bare::Bare;
use crate::messengers::meta::bare::{self, ById, ByMe, Printed};
use crate::messengers::played::{arrives, connected};

const KIND: (&str, &str, &str) = ("facebook", "page", "page_id");

async fn comments_are_changed_and_removed(world: &mut MetaWorld) {
    let chat = connected::<Facebook>(world).await;
    let post = world.messenger.add_post(&chat.ids.account.id, "Диваны", "FEED");
    let comment = chat.ids.customer(&world.messenger).at("post", post.as_str()).writes("Цена?").unwrap();
    arrives::<Facebook>(world).await;
    let change = || Act::own("change_comment").with("comment", comment.as_str());
    for (act, shown) in [(change().text("Какая цена?"), "Какая цена?"), (change(), "Удалено клиентом")]
    {
        world.advance(std::time::Duration::from_secs(5));
        world.messenger.act(act).unwrap();
        arrives::<Facebook>(world).await;
        assert_eq!(at_crm(world).pop().unwrap().text, shown);
    }
}

async fn the_essential_calls_are_enough(world: &mut Beside<Bare<ByMe>>) {
    bare::the_essential_calls_are_enough(world, KIND).await;
}

async fn the_printed_calls_are_enough(world: &mut Beside<Bare<Printed>>) {
    bare::the_essential_calls_are_enough(world, KIND).await;
    bare::as_printed(world);
}

async fn the_accounts_id_is_enough(world: &mut Beside<Bare<ById>>) {
    bare::the_essential_calls_are_enough(world, KIND).await;
}

once!(
    comments_are_changed_and_removed,
    the_essential_calls_are_enough,
    the_accounts_id_is_enough,
    the_printed_calls_are_enough
);
