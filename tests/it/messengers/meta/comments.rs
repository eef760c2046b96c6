//! Comments of both networks, with public and private answers.

use simulator::crm::HookMessage;
use simulator::meta::{Act, Author};

use super::{MetaWorld, Network, Of, seen};
use crate::messengers::at_crm;
use crate::messengers::played::{arrives, connected};
use crate::messengers::steps::trouble::is_reported;

pub async fn a_comment_is_answered_in_public_and_in_private<N: Network>(world: &mut MetaWorld) {
    let chat = connected::<Of<N>>(world).await;
    let (account, anna) = (chat.ids.account.id.clone(), chat.ids.anna);
    let post = world.messenger.add_post(&account, "Диваны", "FEED");
    chat.ids.customer(&world.messenger).at("post", post.as_str()).writes("Цена?").unwrap();
    arrives::<Of<N>>(world).await;
    let comment = at_crm(world).pop().unwrap();
    assert_eq!((comment.kind.as_str(), comment.text.as_str()), ("text", "Цена?"));
    let about = &comment.payload["message"]["post"];
    assert!(about["url"].as_str().is_some_and(|url| url.starts_with("https://www.")), "{about}");

    let said = world.sandbox.manager_sends(&chat.line.host, &comment.chat_id, {
        HookMessage::text("Сто").answering_comment(&comment.id)
    });
    let said = said.await.unwrap();
    world.deliver_all().await;
    let comments = world.messenger.comments(&post);
    assert_eq!(comments.last().map(|one| (one.author, one.text.as_str())), Some((Author::Line, "Сто")));
    assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id), [1]);
    arrives::<Of<N>>(world).await;
    assert_eq!(at_crm(world).len(), 1, "our own comment does not come back");

    let private = HookMessage::text("Вам скидка");
    world.sandbox.manager_sends(&chat.line.host, &comment.chat_id, private).await.unwrap();
    world.deliver_all().await;
    let sent = world.messenger.sent_to(&account, anna);
    assert_eq!(sent.into_iter().map(|one| seen(one).text).collect::<Vec<_>>(), ["Вам скидка"]);
    arrives::<Of<N>>(world).await;
    assert_eq!(at_crm(world).len(), 1);

    chat.ids.customer(&world.messenger).writes("Спасибо").unwrap();
    arrives::<Of<N>>(world).await;
    let came = at_crm(world);
    assert_eq!(came[1].text, "Спасибо");
    assert_eq!(came[1].chat_id, comment.chat_id, "one conversation");
    assert_eq!(world.messenger.sent_to(&account, anna).len(), 1);
}

/// A comment has one private answer, and only for a week.
pub async fn a_late_private_answer_is_refused_in_words<N: Network>(world: &mut MetaWorld) {
    let chat = connected::<Of<N>>(world).await;
    let post = world.messenger.add_post(&chat.ids.account.id, "Диваны", "FEED");
    chat.ids.customer(&world.messenger).at("post", post.as_str()).writes("Цена?").unwrap();
    arrives::<Of<N>>(world).await;
    world.advance(std::time::Duration::from_secs(8 * 86_400));
    let comment = at_crm(world).pop().unwrap();
    let said = world.sandbox.manager_sends(&chat.line.host, &comment.chat_id, HookMessage::text("Сто")).await.unwrap();
    world.deliver_to_the_end().await;
    let (code, words) = crate::messengers::played::shown(world, &said.message_id);
    assert!(code < 0 || [904, 905].contains(&code) && !words.is_empty(), "{code} {words}");
    assert!(chat.sent(world).is_empty());
}

/// Meta does not say who wrote what the business writes below its posts.
pub async fn comments_of_the_business_itself_are_ignored<N: Network>(world: &mut MetaWorld) {
    let chat = connected::<Of<N>>(world).await;
    let post = world.messenger.add_post(&chat.ids.account.id, "Диваны", "FEED");
    world.messenger.act(Act::own("staff_comment").with("post", post).text("В наличии")).unwrap();
    arrives::<Of<N>>(world).await;
    assert!(at_crm(world).is_empty());
    chat.ids.customer(&world.messenger).writes("Hello").unwrap();
    arrives::<Of<N>>(world).await;
    chat.ids.customer(&world.messenger).blocks().unwrap();
    is_reported(world, &chat, (901, "")).await;
}
