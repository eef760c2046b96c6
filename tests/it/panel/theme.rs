//! Light or dark, chosen without scripts.

use parom_tests::{World, once};

async fn a_theme_is_chosen_for_this_browser(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.panel(line.tenant_id).await;
    let page = anna.opens("/panel").await.is(200);
    page.says(&["Appearance", "As on the device", "Light", "Dark"]);
    page.never_says(&["data-theme"]);
    for theme in ["dark", "light"] {
        let answer = anna.sends("/panel/theme", &[("to", theme)]).await;
        assert_eq!(answer.is_redirect(), "/panel", "back to where it was pressed");
        let line = answer.header("set-cookie");
        assert!(
            line.contains("HttpOnly") && line.contains("SameSite=Lax") && line.contains("Max-Age=31536000"),
            "{line}"
        );
        let page = anna.opens("/panel/sources").await.is(200);
        page.says(&[&format!("data-theme=\"{theme}\""), &format!("value=\"{theme}\" aria-pressed=\"true\"")]);
        anna.opens("/panel/nothing").await.is(404).says(&[&format!("data-theme=\"{theme}\"")]);
    }
    anna.sends("/panel/theme", &[("to", "purple")]).await.is(303);
    anna.opens("/panel").await.is(200).says(&["data-theme=\"light\""]);
    anna.sends("/panel/language", &[("to", "ru")]).await.is(303);
    anna.opens("/panel").await.is(200).says(&["Тема", "Как на устройстве", "Светлая", "Тёмная"]);
    // The sign-in looks the same afterwards.
    anna.sends("/panel/theme", &[("to", "dark")]).await.is(303);
    anna.sends("/panel/sign-out", &[]).await.is(303);
    anna.opens("/panel/sign-in").await.is(200).says(&["data-theme=\"dark\""]);
    // In a window of amoCRM pages are light like their surroundings.
    let framed = world.panel(line.tenant_id).await.in_a_frame();
    framed.takes_cookie("theme", "dark");
    let page = framed.opens("/panel").await.is(200);
    page.says(&["data-theme=\"light\""]);
    page.never_says(&["/panel/theme"]);
}

once!(a_theme_is_chosen_for_this_browser);
