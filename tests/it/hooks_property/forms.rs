//! Mangled hooks of the CRM: each is answered 200, and a manager's message at the same moment is delivered.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use parom_tests::settings::HOST;
use parom_tests::{World, both};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use reqwest::Method;
use simulator::crm::HookMessage;

/// Hooks of amoCRM about changed, deleted and merged contacts, talks, and a template.
const FORMS: [&str; 5] = [
    "contacts[delete][0][id]=1&contacts[delete][0][type]=contact&account[id]=ACCOUNT&account[subdomain]=acme",
    "contacts[update][0][id]=1&contacts[update][0][name]=Anna&contacts[update][0][custom_fields][0][id]=7\
     &contacts[update][0][custom_fields][0][code]=PHONE&contacts[update][0][custom_fields][0][values][0][value]=%2B7900\
     &account[id]=ACCOUNT",
    "talk[update][0][talk_id]=191&talk[update][0][chat_id]=33b41601-0000-4000-8000-6938ae6b7935\
     &talk[update][0][is_in_work]=0&account[id]=ACCOUNT",
    "add[0][id]=6955&add[0][type]=waba&add[0][reviews][0][id]=15&add[0][reviews][0][status]=review&account[id]=ACCOUNT",
    "leads[status][0][id]=5&leads[status][0][status_id]=142&unsorted[delete][0][uid]=u&account[id]=ACCOUNT",
];

/// A form with bytes of it changed, cut, or something like one made up.
fn form() -> impl Strategy<Value = (usize, Vec<(Index, u8)>, Index, String)> {
    let like = "((leads|contacts|talk|message|add|x)(\\[(add|update|delete|0|7|99999999999|id|values|)\\]?){0,6}=[a-z0-9%]{0,4}&){0,8}";
    (0..FORMS.len(), prop::collection::vec((any::<Index>(), any::<u8>()), 0..6), any::<Index>(), like)
}

async fn mangled_forms_do_no_harm(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "boris").writes("Hello").await;
    world.deliver_all().await;
    world.works("subscriptions").await;
    let address = world.sandbox.webhooks(HOST).pop().expect("the hooks are subscribed").destination;
    let path = address.strip_prefix(&world.api.base()).expect("an address of ours").to_owned();
    let account = world.sandbox.add_account(HOST).id.to_string();
    let (world, runtime, number) = (&*world, tokio::runtime::Handle::current(), AtomicUsize::new(0));
    let mut runner = TestRunner::new(Config { cases: 48, failure_persistence: None, ..Config::default() });
    let done = runner.run(&prop::collection::vec(form(), 1..5), |forms| {
        let bodies = forms.into_iter().map(|(which, bytes, end, more)| {
            let mut body = format!("{more}{}", FORMS[which].replace("ACCOUNT", &account)).into_bytes();
            for (place, byte) in bytes {
                let place = place.index(body.len());
                body[place] = byte;
            }
            body.truncate(end.index(body.len() * 2).min(body.len()));
            body
        });
        let posts = bodies.map(|body| {
            let request = world.api.anonymous(Method::POST, &path).body(body);
            request.header("Content-Type", "application/x-www-form-urlencoded").send()
        });
        let text = format!("a neighbour of {}", number.fetch_add(1, Ordering::Relaxed));
        let manager = world.manager(&line);
        let together = async {
            let (answers, neighbour) = tokio::join!(join_all(posts), manager.sends("boris", HookMessage::text(&text)));
            world.advance(Duration::from_secs(1));
            world.another_worker().deliver_all().await.unwrap();
            (answers, neighbour.answer.status)
        };
        let (answers, neighbour) = tokio::task::block_in_place(|| runtime.block_on(together));
        prop_assert!(
            answers.iter().all(|answer| answer.as_ref().is_ok_and(|answer| answer.status() == 200)),
            "{:?}",
            answers
        );
        prop_assert_eq!(neighbour, Some(200));
        let texts = world.messenger.texts();
        prop_assert_eq!(texts.last(), Some(&text));
        Ok(())
    });
    if let Err(error) = done {
        panic!("{error}");
    }
}

both!(mangled_forms_do_no_harm);
