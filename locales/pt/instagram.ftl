# Machine-made: no native has read it yet.

## The kind

connector-instagram = Instagram
connector-instagram-about = Os clientes escrevem para sua conta profissional, respondem stories e comentam publicações. Leituras, reações e mensagens canceladas também chegam. Bots podem responder por 24 horas; atendentes, por 7 dias.

## What Instagram refuses (docs/errors.md)

passport-instagram-window = O cliente não escreve há 24 h (7 dias para pessoas). Espere ele escrever.
passport-instagram-not_receiving = O cliente não aceita suas mensagens. Fale com ele por outro meio.
passport-instagram-blocked_by_person = O cliente bloqueou a conta ou saiu. Fale com ele por outro meio.
passport-instagram-unavailable = O cliente não está disponível agora. Fale com ele por outro meio.
passport-instagram-unknown_person = O Instagram não conhece este cliente: ele precisa escrever primeiro.
passport-instagram-answered = Este comentário já tem uma resposta privada. Responda em público ou espere o cliente.
passport-instagram-not_privately = A resposta privada é possível até 7 dias depois do comentário. Responda em público.
passport-instagram-gone = O que você responde foi excluído no Instagram ou o token não mostra.
passport-instagram-too_long = O texto é longo demais para o Instagram. Encurte-o.
passport-instagram-too_large = O arquivo é grande demais para o Instagram. Envie um link.
passport-instagram-not_taken = O Instagram não aceitou este arquivo. Envie outro formato ou um link.
passport-instagram-quote = A mensagem citada não existe mais. Envie sem a citação.
passport-instagram-token = O token de acesso não vale mais. Insira um novo nas configurações da fonte.
passport-instagram-session = O Instagram pede um novo token de acesso. Insira-o nas configurações da fonte.
passport-instagram-permission = Falta ao aplicativo uma permissão para mensagens ou comentários. Conceda-a novamente.
passport-instagram-permissions = Falta ao aplicativo uma permissão desta conta. Conecte a conta novamente.
passport-instagram-restricted = A Meta restringiu esta conta por um tempo. Veja a página de qualidade da conta.
passport-instagram-app_rate = O limite de chamadas do aplicativo foi atingido. O Parom tenta novamente.
passport-instagram-user_rate = A conta faz coisas demais ao mesmo tempo. O Parom tenta novamente.
passport-instagram-page_rate = O limite de chamadas da conta foi atingido. O Parom tenta novamente.
passport-instagram-rate = O Instagram pede para ir mais devagar. O Parom tenta novamente.
passport-instagram-use_case_rate = O limite de chamadas ao Instagram foi atingido. O Parom tenta novamente.
passport-instagram-temporary = O Instagram não funciona agora. O Parom tenta novamente.
passport-instagram-unsent = O Instagram não conseguiu enviar. O Parom tenta novamente.
passport-instagram-empty = A mensagem não tem texto. Escreva algo.
passport-instagram-busy = O Instagram tem chamadas demais. O Parom tenta novamente.
passport-instagram-server = O Instagram não responde. O Parom tenta novamente.
passport-instagram-parameter = O Instagram não aceitou a mensagem. Mude-a e envie novamente.
passport-instagram-other = O Instagram recusou a mensagem. Mude-a e envie novamente.

## The wizard

wizard-ig-account = ID da conta
wizard-ig-account-hint = Dígitos, 1784…: o ID da conta profissional, mostrado ao lado do token no seu app em developers.facebook.com.
wizard-ig-token = Token de acesso
wizard-ig-token-hint = No seu app em developers.facebook.com, abra Instagram → API setup with Instagram login e clique em Generate token. O Parom o renova antes de passarem os 60 dias.
wizard-consent-instagram = Entrar com o Instagram
wizard-consent-hint-instagram = Na página do Instagram, entre na conta profissional e confirme. Depois você volta para cá, sem copiar nada.
