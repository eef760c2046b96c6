//! N4: changes of what the whole service depends on ask again who it is, and all operators learn of them.

use std::time::Duration;

use base::store::VENDOR;
use entity::person;
use parom_tests::{World, once};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};

use super::operator::{EMAIL, Operator, make_operator};
use super::signing_in::log;
use crate::identity::Mailed;

const MINUTES: Duration = Duration::from_secs(10 * 60);

async fn operators(world: &World) -> u64 {
    let all = person::Entity::of_tenant(VENDOR).filter(person::Column::IsOperator.eq(true));
    all.count(world.app().store.read()).await.unwrap()
}

/// An open session alone is no way to a lasting one.
async fn n4_a_session_left_open_changes_no_operators_integrations_and_plans(world: &mut World) {
    let line = world.line("support").await;
    let olga = Operator::signed_in(world).await;
    let account = format!("/admin/accounts/{}", line.tenant_id);
    let new = [("email", "petr@vendor.example"), ("name", "Petr")];
    olga.opens("/admin/operators").await.is(200);
    let asks = async || {
        let plan = [("plan", ""), ("trial_until", ""), ("paid_until", "2027-01-31")];
        let operators = ["/admin/operators", "/admin/%6Fperators"].map(|path| (path.to_owned(), &new[..]));
        for (path, fields) in operators.into_iter().chain([(format!("{account}/plan"), &plan[..])]) {
            let to = olga.sends(&path, fields).await.is_redirect();
            assert!(to.starts_with("/admin/prove?to=%2Fadmin%2F"), "{path} leads to {to}");
        }
        let paths = ["/admin/integrations", "/admin/integrations/main/channels", "/admin/integrations/main/remove"];
        for path in paths {
            let to = format!("/admin/prove?to={}", path.replace('/', "%2F"));
            assert_eq!(olga.opens(path).await.is_redirect(), to);
            let sent = olga.sends(path, &[]).await.is_redirect();
            assert_eq!(sent, "/admin/prove?to=%2Fadmin%2Fchannels", "{path}");
        }
    };
    asks().await;
    assert_eq!(operators(world).await, 1);

    olga.opens("/admin/prove?to=/admin/operators").await.is(200).says(&["Confirm that it is you"]);
    for wrong in ["", "000000", "wrong"] {
        olga.sends("/admin/prove", &[("current", wrong), ("to", "/admin/operators")]).await.is(422);
    }
    olga.sends("/admin/operators", &new).await.is(303);
    assert_eq!(operators(world).await, 1);
    let code = olga.next_code(world);
    let away = olga.sends("/admin/prove", &[("current", &code), ("to", "//evil.example")]).await.is_redirect();
    assert_eq!(away, "/admin");
    olga.sends("/admin/operators", &new).await.is(200);
    assert_eq!(operators(world).await, 2);
    assert!(log(world, VENDOR).await.contains(&"operator.proved".to_owned()));
    world.advance(MINUTES);
    asks().await;
}

async fn n4_all_operators_learn_of_a_change(place: &mut Mailed) {
    make_operator(place, "pavel@vendor.example").await;
    let olga = Operator::signed_in(place).await;
    olga.proves(place).await;
    olga.opens("/admin/operators").await.is(200);
    olga.sends("/admin/operators", &[("email", "petr@vendor.example"), ("name", "Petr")]).await.is(200);
    let mut told = Vec::new();
    for _ in 0..3 {
        let letter = place.mail.next().await;
        assert_eq!(letter.subject, "Operator added: petr@vendor.example");
        assert!(letter.text.contains(&format!("Olga ({EMAIL})")), "{}", letter.text);
        told.push(letter.to);
    }
    told.sort();
    assert_eq!(told, [EMAIL, "pavel@vendor.example", "petr@vendor.example"]);
    let fields =
        [("set.name", "white"), ("set.platform", "kommo"), ("set.client_id", "one"), ("set.client_secret", "s")];
    olga.opens("/admin/integrations").await.is(200);
    olga.sends("/admin/integrations", &fields).await.is(303);
    for _ in 0..3 {
        assert_eq!(place.mail.next().await.subject, "Integration created: white");
    }
}

once!(n4_all_operators_learn_of_a_change, n4_a_session_left_open_changes_no_operators_integrations_and_plans);
