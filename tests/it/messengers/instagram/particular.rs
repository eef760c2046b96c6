//! Stories, deletions, tokens that are renewed, and a server with the essential calls.

use std::time::Duration;

use parom_tests::{Beside, once};
use secrecy::ExposeSecret;
use simulator::meta::{Content, Meta};

use super::{Instagram, MetaWorld};
use crate::messengers::bare::Bare;
use crate::messengers::meta::bare::{self, ById, ByMe, Printed};
use crate::messengers::played::{arrives, brought, chatting};
use crate::messengers::steps::out::leaves;
use crate::messengers::{at_crm, pairs};

const KIND: (&str, &str, &str) = ("instagram", "instagram", "account_id");

async fn stories_are_answered_and_mention_the_account(world: &mut MetaWorld) {
    let chat = chatting::<Instagram>(world).await;
    let reply = Content::of("story_reply").saying("Хочу");
    let answers = |meta: &Meta| drop(chat.ids.customer(meta).sends(reply).unwrap());
    let came = brought::<Instagram>(world, answers).await;
    assert_eq!(came, pairs(&[("text", "[Ответ на вашу историю]\nХочу"), ("picture", "[История]")]));
    let story = at_crm(world).pop().unwrap();
    assert!(story.media.starts_with(world.app().public_url()), "a link of ours, as Meta's expires: {story:?}");
    let mentions = |meta: &Meta| drop(chat.ids.customer(meta).sends(Content::of("story_mention")).unwrap());
    let came = brought::<Instagram>(world, mentions).await;
    assert!(came.len() == 1 && came[0].1.contains("[Упоминание в истории]"), "{came:?}");
    for form in ["ig_post", "ig_reel"] {
        let share = Content::of("share").with("form", form);
        let sharing = |meta: &Meta| drop(chat.ids.customer(meta).sends(share).unwrap());
        assert_eq!(brought::<Instagram>(world, sharing).await.len(), 1, "{form}");
    }
}

async fn a_message_that_the_customer_unsends_is_removed(world: &mut MetaWorld) {
    let chat = chatting::<Instagram>(world).await;
    let mid = chat.ids.customer(&world.messenger).writes("Нет, ничего").unwrap();
    arrives::<Instagram>(world).await;
    chat.ids.customer(&world.messenger).removes(&mid).unwrap();
    arrives::<Instagram>(world).await;
    assert_eq!(at_crm(world).pop().unwrap().text, "Удалено клиентом");
}

/// A token lives for 60 days, and is renewed before it ends.
async fn a_token_is_renewed_before_it_ends(world: &mut MetaWorld) {
    let chat = chatting::<Instagram>(world).await;
    let token = async |world: &MetaWorld| {
        let source = world.app().lookup.source(chat.line.source_id).await.unwrap().unwrap();
        let settings = parom::settings::open(world.app(), &source).unwrap();
        settings.secrets["access_token"].expose_secret().to_owned()
    };
    let first = token(world).await;
    for _ in 0..3 {
        world.advance(Duration::from_secs(25 * 86_400));
        world.messenger.tick();
        world.works("renewals").await;
    }
    assert_ne!(token(world).await, first);
    chat.ids.customer(&world.messenger).writes("Still there?").unwrap();
    arrives::<Instagram>(world).await;
    assert_eq!(leaves(world, &chat, simulator::crm::HookMessage::text("Of course")).await[0].text, "Of course");
}

/// What is entered at Meta by hand can be looked up later, except for the secret.
async fn the_values_to_enter_at_meta_are_shown_again(world: &mut MetaWorld) {
    let chat = chatting::<Instagram>(world).await;
    let url = format!("{}{}", world.app().public_url(), chat.hook());
    let shown = world.api.get(&chat.line.path("")).await.is(200);
    assert_eq!(shown.json["callback_url"], url);
    let settings = format!("/panel/sources/{}/settings", chat.line.source_id);
    let page = world.panel(chat.line.tenant_id).await.opens(&settings).await;
    page.says(&[&url, "Callback URL", "…"]);
    page.never_says(&["verify-me"]);
    assert!(!shown.text.contains("verify-me"));
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
    stories_are_answered_and_mention_the_account,
    a_message_that_the_customer_unsends_is_removed,
    the_values_to_enter_at_meta_are_shown_again,
    a_token_is_renewed_before_it_ends,
    the_essential_calls_are_enough,
    the_accounts_id_is_enough,
    the_printed_calls_are_enough,
);
