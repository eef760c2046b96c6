# Machine-made: no native has read it yet.

## Alerts: subject and body

alert-source_stopped-subject = { $source } ({ $account }): parada
alert-source_stopped-body =
    A fonte “{ $source }” não funciona desde { $stamp }: { $messenger } não aceita mais o acesso. Motivo: { $reason }. As mensagens dos clientes não chegam; { $waiting ->
        [0] nenhuma mensagem está esperando
        [one] { $waiting } mensagem de atendentes está esperando
       *[other] { $waiting } mensagens de atendentes estão esperando
    } aqui. Clique em “Conectar novamente”: { $url }
alert-source_blocked-subject = { $source } ({ $account }): bloqueada por { $messenger }
alert-source_blocked-body = “{ $source }” está bloqueada por { $messenger } desde { $stamp }. Nada é enviado nem recebido. Abra o aviso do app de mensagens e responda; as outras fontes não são afetadas. { $url }
alert-source_silent-subject = { $source } ({ $account }): mais quieta que o normal
alert-source_silent-body =
    A última mensagem de “{ $source }” chegou { $time }; a esta hora costuma haver { $usual ->
        [one] { $usual } mensagem
       *[other] { $usual } mensagens
    } por hora. As verificações do Parom estão em ordem. Escreva para ela do seu celular ou clique em “Testar fonte”: { $url }
alert-source_moved-subject = { $source } ({ $account }): as mensagens vão para outro lugar
alert-source_moved-body = Desde { $stamp }, { $messenger } envia as mensagens de “{ $source }” para { $host }. Alguém conectou o mesmo bot ou número a outro serviço. Para recuperá-las, clique em “Conectar novamente”: { $url }
alert-source_gone-subject = { $source } ({ $account }): excluída no { $crm }
alert-source_gone-body = A fonte “{ $source }” foi excluída no { $crm }. As mensagens continuam chegando, mas os novos leads recebem a fonte padrão “{ $default }”. Clique em “Criar no { $crm } novamente”: { $url }
alert-needs_reauth-subject = { $account }: autorize novamente o acesso ao { $crm }
alert-needs_reauth-body = O { $crm } não renova o acesso da conta { $account } desde { $stamp }. As mensagens continuam nos dois sentidos. Fontes, funis e modelos não podem ser alterados até que um administrador clique em “Autorizar novamente”: { $url }
alert-needs_reauth-cut_off-body = O { $crm } não renova o acesso da conta { $account } desde { $stamp } e desconectou o canal de chats. As mensagens dos clientes são recebidas e esperam aqui até que um administrador clique em “Autorizar novamente”: { $url }
alert-token_expiring-subject =
    { $source } ({ $account }): o acesso termina em { $days ->
        [one] { $days } dia
       *[other] { $days } dias
    }
alert-token_expiring-body = O token de { $messenger } de “{ $source }” vale até { $stamp }. Agora tudo funciona. Emita um token permanente e cole-o: { $url }
alert-unpaid-subject = { $account }: o { $crm } não está pago, as mensagens podem esperar
alert-unpaid-body =
    O { $crm } informa desde { $stamp } que a conta { $account } não está paga e pode recusar mensagens. { $waiting ->
        [0] Agora nenhuma mensagem espera aqui
        [one] { $waiting } mensagem espera aqui e será guardada até { $until }
       *[other] { $waiting } mensagens esperam aqui e serão guardadas até { $until }
    }. Depois do pagamento tudo chega em ordem, sem que você precise fazer nada.
alert-crm_unreachable-subject = { $account }: o { $crm } não responde
alert-crm_unreachable-body =
    O { $crm } não responde desde { $stamp }. { $waiting ->
        [0] Nenhuma mensagem de clientes espera
        [one] { $waiting } mensagem de clientes espera
       *[other] { $waiting } mensagens de clientes esperam
    } no Parom. O Parom tenta novamente sozinho, mantém a ordem e avisa você quando voltar a funcionar. O que os atendentes escreveram antes continua saindo: { $url }
alert-undelivered-subject =
    { $count ->
        [one] { $count } mensagem não foi entregue
       *[other] { $count } mensagens não foram entregues
    }: { $source } ({ $account })
alert-undelivered-body = Motivo mais frequente desde { $stamp }: { $reason }. { $advice } Os atendentes veem isto nos cards. Abra a lista: { $url }
alert-late-subject = { $account }: as mensagens chegam atrasadas, algumas levam { $delay }
alert-late-body =
    Nos últimos 15 minutos, uma em cada 20 mensagens levou { $delay } ou mais; { $count ->
        [0] nenhuma espera agora
        [one] { $count } mensagem espera há tempo demais
       *[other] { $count } mensagens esperam há tempo demais
    }. Os dois lados respondem, a ordem é mantida e nada se perde. O Parom se recupera automaticamente: { $url }
alert-webhook_suspended-subject = { $source } ({ $account }): seu servidor não responde há 24 horas
alert-webhook_suspended-body =
    O Parom parou de chamar { $host }. { $waiting ->
        [one] { $waiting } evento espera
       *[other] { $waiting } eventos esperam
    }; depois de { $until } vão para “Não entregues”. Conserte o servidor e clique em “Testar e ativar”: { $url }
alert-template_rejected-subject = O app de mensagens rejeitou o modelo “{ $template }” ({ $account })
alert-template_rejected-body = O motivo do app de mensagens: { $reason }. Copie o modelo, corrija-o e envie para revisão novamente: { $url }
alert-template_paused-subject = Modelo “{ $template }” ({ $account }): pausado pelo app de mensagens
alert-template_paused-body = Por enquanto você não pode enviá-lo. O motivo do app de mensagens: { $reason }. Use outro modelo ou escreva um melhor: { $url }
alert-template_changed-subject = Modelo “{ $template }” ({ $account }): mudou a categoria ou a qualidade
alert-template_changed-body = Agora a categoria é { $category } e a qualidade, { $quality }. O preço depende da categoria, e modelos de baixa qualidade são pausados: { $url }
alert-resolved-subject = Resolvido: { $subject }
alert-resolved-body = Resolvido { $time }. Durou { $duration }.
alert-acknowledge = Estou cuidando disso
alert-mute =
    Silenciar por { $hours ->
        [one] { $hours } hora
       *[other] { $hours } horas
    }
alert-why = Você recebe este e-mail porque os alertas da conta { $account } vão para { $email }. Para mudar: { $url }
alert-blocked-subject = { $account }: o { $crm } recusa todas as solicitações, as mensagens esperam
alert-blocked-body =
    O { $crm } recusa todas as solicitações da conta { $account } desde { $stamp }. { $waiting ->
        [0] Nenhuma mensagem espera
        [one] { $waiting } mensagem espera
       *[other] { $waiting } mensagens esperam
    } aqui; cada uma é guardada por 7 dias. Pergunte o motivo ao suporte do { $crm }; o Parom continua tentando e envia em ordem o que espera: { $url }
alert-media_full-subject = { $account }: não há espaço para mais arquivos
alert-media_full-body = Desde { $stamp }, os arquivos da conta { $account } ocupam todos os seus { $most } MB. As mensagens continuam sendo entregues; no lugar de cada arquivo novo aparece uma linha que avisa. Os arquivos mais antigos são excluídos sozinhos. Para ter mais espaço, escreva ao suporte: { $url }
alert-found_in_history-subject =
    { $account }: { $count ->
        [one] { $count } mensagem foi encontrada no histórico do { $crm }
       *[other] { $count } mensagens foram encontradas no histórico do { $crm }
    }
alert-found_in_history-body =
    Por causa de uma interrupção, o Parom não soube a tempo de mensagens dos atendentes. { $held ->
        [0] Todas estão agora a caminho dos clientes.
        [one] { $held } mensagem tem mais de 15 minutos e espera sua decisão.
       *[other] { $held } mensagens têm mais de 15 minutos e esperam sua decisão.
    } Envie-as ou remova-as: { $url }
alert-messenger_unreachable-subject = { $source } ({ $account }): { $messenger } não responde
alert-messenger_unreachable-body =
    { $messenger } não responde para “{ $source }” desde { $stamp }. { $waiting ->
        [0] Nenhuma mensagem de atendentes espera
        [one] { $waiting } mensagem de atendentes espera
       *[other] { $waiting } mensagens de atendentes esperam
    } aqui. O Parom tenta novamente sozinho e mantém a ordem; as outras fontes não são afetadas: { $url }
alert-line_not_set-subject = { $source } ({ $account }): as mensagens dos clientes não chegam
alert-line_not_set-body = Desde { $stamp }, { $messenger } não envia para cá as mensagens de “{ $source }” porque não aceita o endereço do Parom. Ele diz: { $reason }. O que os atendentes escrevem continua saindo. Abra a fonte e conecte-a novamente: { $url }
alert-line_failing-subject = { $source } ({ $account }): as mensagens dos clientes estão atrasadas
alert-line_failing-body = Desde { $stamp }, { $messenger } não consegue entregar as mensagens de “{ $source }”. Ele diz: { $reason }. O que os atendentes escrevem continua saindo, e { $messenger } envia novamente o que não chegou. Teste a fonte: { $url }
alert-line_trouble-subject = { $source } ({ $account }): { $messenger } informa um problema
alert-line_trouble-body = Aviso sobre “{ $source }” desde { $stamp }: { $reason }. As outras fontes não são afetadas. Abra a fonte: { $url }
alert-chats_flooded-subject = { $source } ({ $account }): conversas novas demais
alert-chats_flooded-body = Em uma hora começaram mais de { $most } conversas em “{ $source }”; por enquanto não aceitamos outras. As já iniciadas continuam. Se o seu site não tem mais visitas do que o normal, pode ser spam: peça um nome antes da primeira mensagem. Abra a fonte: { $url }
alert-chats_held-subject = { $source } ({ $account }): novas conversas retidas, { $count }
alert-chats_held-body = Em uma hora os clientes começaram em “{ $source }” mais conversas do que a fonte deixa passar: { $count } estão retidas. Se não são spam, libere-as; se são, bloqueie-as: { $url }
alert-business_off-subject = { $source } ({ $account }): { $who } desativou o bot
alert-business_off-body = Desde { $stamp }, “{ $source }” não recebe mensagens dos chats de { $who }. Os outros chats continuam funcionando. { $who } pode ativar o bot novamente nas configurações de { $messenger }. Depois teste a fonte: { $url }
alert-pipeline_archived-subject = { $source } ({ $account }): o funil dela não existe mais
alert-pipeline_archived-body = O funil de “{ $source }” foi arquivado ou excluído no { $crm }. As mensagens ainda chegam aos chats, mas os novos leads desta fonte não aparecem. Escolha outro funil: { $url }
alert-route_failed-subject =
    { $fault ->
        [undecided] { $account }: os novos atendimentos não são distribuídos
       *[other] { $account }: a regra “{ $rule }” não funciona
    }
alert-route_failed-body =
    { $fault ->
        [stage_gone] A etapa da regra “{ $rule }” foi excluída no { $crm }: os novos atendimentos ficam onde estão. Escolha outra etapa: { $url }
        [user_gone] A pessoa da regra “{ $rule }” saiu do { $crm }: os novos atendimentos vão para o substituto. Escolha outra pessoa: { $url }
        [unanswered] Ainda não foi possível aplicar a regra “{ $rule }”. As tentativas continuam por um dia e meio. Se o { $crm } funciona, verifique a regra: { $url }
        [undecided] Os novos atendimentos esperam entre os leads de entrada: não foi possível aplicar as regras a eles. O Parom continua tentando por um dia e meio. Se o { $crm } funciona, verifique a conta: { $url }
       *[other] O { $crm } recusou o que a regra “{ $rule }” pede: { $reason }. Os novos atendimentos vão para o substituto. Verifique a regra: { $url }
    }
alert-sales_not_sent-subject = { $account }: as vendas não chegam a { $target }
alert-sales_not_sent-body = { $target } não aceitou uma venda: { $reason }. Os outros destinos e os chats não são afetados. Verifique o destino e envie a venda de novo: { $url }
alert-limit_near-subject = { $account }: { $percent }% de um limite em uso: { $limit }
alert-limit_near-body = “{ $limit }” da conta { $account } está em { $percent }% do limite. Tudo continua funcionando. Libere espaço ou peça mais ao suporte: { $url }
alert-limit_reached-subject = { $account }: limite atingido: { $limit }
alert-limit_reached-body = “{ $limit }” da conta { $account } está em { $percent }% do limite. As mensagens dos apps e do { $crm } continuam como antes; o resto que exceder o limite é recusado. Libere espaço ou peça mais ao suporte: { $url }
alert-plan_ending-subject = { $account }: a assinatura do serviço termina em { $date }
alert-plan_ending-body = A assinatura da conta { $account } termina em { $date }. As mensagens são entregues até { $until }; depois são recebidas e esperam aqui até a renovação. Renove ou escreva ao suporte: { $url }
alert-plan_grace-subject = { $account }: a assinatura do serviço terminou em { $date }
alert-plan_grace-body = A assinatura da conta { $account } terminou em { $date }. As mensagens ainda são entregues até { $until }; depois são recebidas e esperam aqui até a renovação. Renove ou escreva ao suporte: { $url }
alert-plan_ended-subject = { $account }: nada é entregue, a assinatura terminou em { $date }
alert-plan_ended-body = A assinatura da conta { $account } terminou em { $date }. As mensagens são recebidas e esperam aqui; após a renovação, serão entregues em ordem. As mensagens a clientes esperam 24 horas; as mensagens ao { $crm }, 7 dias. Renove ou escreva ao suporte: { $url }
alert-group-subject = { $account }: { $what } ({ $count })
alert-group-body = Desde { $stamp }: { $sources }. As outras fontes funcionam como antes. Abra a lista: { $url }
alert-group-more = mais { $count }
alert-do-access = Conectar novamente
alert-do-resume = Testar e ativar
alert-do-held = Ver conversas retidas
alert-do-source = Abrir a fonte
alert-do-sources = Abrir as fontes
alert-do-templates = Abrir os modelos
alert-do-routing = Abrir as regras
alert-do-sales = Abrir as vendas
alert-do-undelivered = Abrir “Não entregues”
alert-do-overview = Abrir a visão geral
alert-do-account = Abrir a conta
alert-do-admin = Abrir os alertas
alert-several-subject =
    { $account }: { $count ->
        [one] { $count } alerta
       *[other] { $count } alertas
    }
alert-kind-undelivered = Há mensagens não entregues
alert-kind-late = As mensagens chegam atrasadas
alert-kind-source_blocked = Um app de mensagens bloqueia um bot ou um número
alert-kind-messenger_unreachable = Um app de mensagens não responde
alert-kind-line_not_set = Um app de mensagens não aceita o endereço do Parom
alert-kind-line_failing = Um app de mensagens não consegue entregar mensagens
alert-kind-chats_flooded = Conversas demais começam em um site
alert-kind-chats_held = Mais novas conversas do que uma fonte deixa passar
alert-kind-line_trouble = Um app de mensagens informa um problema com um bot ou um número
alert-kind-business_off = Alguém desativou o bot nos próprios chats
alert-kind-source_silent = Uma fonte está mais quieta que o normal
alert-kind-token_expiring = O token de um app de mensagens vence em breve
alert-kind-pipeline_archived = O funil de uma fonte não existe mais
alert-kind-route_failed = Uma regra de distribuição não funciona
alert-kind-sales_not_sent = As vendas não chegam a um destino
alert-kind-crm_unreachable = O { $crm } não responde
alert-kind-limit_near = Um limite está quase atingido
alert-kind-limit_reached = Um limite foi atingido
alert-kind-plan_ending = A assinatura do serviço termina em breve
alert-kind-plan_grace = A assinatura do serviço terminou
alert-kind-plan_ended = A entrega parou: a assinatura terminou
alert-kind-source_stopped = Um app de mensagens não aceita mais o acesso de uma fonte
alert-kind-webhook_suspended = O servidor do seu próprio app de mensagens falhou por 24 horas
alert-kind-source_gone = Uma fonte foi excluída no { $crm }
alert-kind-needs_reauth = O { $crm } não renova o acesso
alert-kind-unpaid = O { $crm } não está pago
alert-kind-blocked = O { $crm } recusa todas as solicitações
alert-kind-found_in_history = Mensagens foram encontradas no histórico do { $crm }
alert-kind-media_full = Não há mais espaço para arquivos
alert-kind-template_rejected = Um app de mensagens rejeitou um modelo
alert-kind-template_paused = Um app de mensagens pausou um modelo
alert-kind-template_changed = Um app de mensagens mudou a categoria ou a qualidade de um modelo

## Alerts: the page

alerts-title = Alertas
alerts-col-alert = Alerta
alerts-none = Não há alertas abertos.
alerts-earlier = Alertas anteriores
alerts-taken = Você está cuidando disso. Nenhum novo aviso por 4 horas.
alerts-muted = Silenciado até { $stamp }. O alerta continua aqui.
alerts-letters = Para onde vão os alertas
alerts-letters-about = Você recebe um aviso um minuto depois que algo falha, outro após 4 horas e outro quando se resolve; sobre o mesmo problema, no máximo um por hora. O texto das mensagens nunca está neles.
alerts-mail-off = Os alertas por e-mail estão desativados: este servidor não tem e-mail configurado. Os alertas aparecem aqui.
alerts-letters-to-me = Avisar-me por
alerts-email = Os alertas vão para { $email }.
alerts-email-hint = Primeiro enviamos um código a este endereço; depois, os alertas.
alerts-kinds = Tipos de alertas
alerts-group-chosen =
    { $off ->
        [0] todos ligados
       *[other] { $on } de { $all } ligados
    }
alerts-group-messages = Mensagens
alerts-group-messages-about = Uma mensagem não chega a um cliente ou atendente, ou chega atrasada.
alerts-group-sources = Apps de mensagens e fontes
alerts-group-sources-about = Um app de mensagens para, bloqueia ou perde uma fonte sua.
alerts-group-account = Conta e assinatura
alerts-group-account-about = O { $crm } recusa a conta, ou um limite ou a assinatura acaba.
alerts-group-templates = Modelos
alerts-group-templates-about = Um app de mensagens rejeita, para ou altera um modelo.
alerts-readers = Quem recebe alertas
alerts-no-address = sem endereço
alerts-switch-on = Ativar e-mail
alerts-switch-off = Desativar e-mail
alerts-switched-on = { $name } recebe alertas por e-mail.
alerts-switched-off = { $name } não recebe mais alertas por e-mail.
alerts-code = Código do e-mail enviado a { $email }
alerts-code-confirm = Confirmar endereço
alerts-code-sent = Um código foi enviado a { $email }. Vale por 10 minutos.
alerts-code-unsent = O e-mail com o código não foi enviado: o servidor de e-mail recusou. Verifique o endereço.
alerts-code-wrong = Este não é o código do último e-mail.
alerts-code-gone = O código expirou. Salve o endereço novamente e outro chegará.
alerts-code-wait =
    Códigos demais. O próximo em { $seconds ->
        [one] { $seconds } segundo
       *[other] { $seconds } segundos
    }.
alerts-address-proved = A partir de agora os alertas vão para { $email }.
alerts-channel-email = E-mail
alerts-channel-chat = Telegram
alerts-channel-push = Navegador
alerts-push-about = Receba os alertas como notificações deste navegador, mesmo com o painel fechado.
alerts-push-on = Ativar neste navegador
alerts-push-remove = Desativar
alerts-push-here = este navegador
alerts-push-added = Os alertas aparecem a partir de agora em { $name }.
alerts-push-removed = Os alertas não aparecem mais em { $name }.
alerts-push-denied = Este navegador bloqueia as notificações desta página. Permita-as para este site nas configurações do navegador e tente novamente.
alerts-push-failed = O serviço de notificações do navegador não respondeu. Tente mais tarde.
alerts-push-unsupported = Este navegador não consegue mostrar notificações.
alerts-push-framed = Você não pode ativar as notificações dentro do { $crm }. Abra o painel em uma aba própria do navegador.
alerts-push-scripts = As notificações precisam de JavaScript.
alerts-push-damaged = O navegador não enviou tudo de que as notificações precisam. Tente novamente.
alerts-push-most = Os alertas já aparecem em { $most } dos seus navegadores. Desative um primeiro.
alerts-push-wait = Tentativas demais. Tente novamente em um minuto.
alerts-push-browser = Navegador
alerts-channel-webhook = Webhook
alerts-choose-kinds = Escolher alertas
alerts-of-person = Sobre o que { $name } recebe avisos
alerts-chat-about = Vincule um chat ou um grupo ao nosso bot e os alertas chegarão lá na hora.
alerts-chat-on = Vinculado
alerts-chat-link = Vincular um chat
alerts-chat-again = Vincular outro chat
alerts-chat-unlink = Desvincular o chat
alerts-chat-asked = O código está abaixo. Vale por 15 minutos.
alerts-chat-code = Abra o chat com @{ $bot } e toque em “Start”, ou envie este código. Ele vale até { $stamp }. Se for um grupo, adicione o bot primeiro.
alerts-chat-open = Abrir o Telegram
alerts-chat-look = Já enviei
alerts-chat-unlinked = O chat foi desvinculado. Nenhum alerta chega lá.
alerts-chat-away = O Telegram não responde. Tente novamente em um minuto.
alerts-chat-wait = Códigos demais. Tente novamente em um minuto.
alerts-chat-blocked = Os alertas não chegam mais ao seu chat: o bot foi bloqueado ou removido lá. Desbloqueie-o e vincule o chat novamente.
alerts-chat-stopped = Os alertas não chegam mais ao seu chat: alguém escreveu /stop lá. Vincule-o novamente para recebê-los.
alerts-webhook-about = O Parom envia cada alerta e sua resolução ao seu próprio programa como JSON assinado.
alerts-webhook-url = Endereço do seu programa
alerts-webhook-not-url = Um endereço é assim: https://example.com/alerts.
alerts-webhook-secret = Salvo. Esta chave assina cada solicitação; guarde-a no seu programa.
alerts-webhook-remove = Remover o webhook
alerts-webhook-removed = O webhook foi removido.
alerts-webhook-trouble = As solicitações falham desde { $stamp }: { $reason } Cada alerta é tentado novamente por 24 horas.
alert-chat-linked = Este chat está vinculado e receberá alertas. Para parar, escreva /stop.
alert-chat-how = Este bot informa problemas entre apps de mensagens e o CRM. Para vincular este chat, clique em “Vincular um chat” aqui: { $url }/panel/alerts
alert-chat-stopped = Os alertas não chegam mais aqui. Para recebê-los novamente, vincule este chat outra vez no painel, em “Alertas”.
mail-alert-code-subject = { $code } é o código para os e-mails de alertas
mail-alert-code-body =
    Alguém quer que os alertas da conta { $account } cheguem a este endereço. Se foi você, insira este código no painel:
    { $code }
    Se não, não faça nada: sem o código nenhum e-mail chega.
