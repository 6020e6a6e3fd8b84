// What the core passes on from its access and session management: registered devices, and their sessions.
import { type Answer, type Call, type Core, json } from './answer.ts';
import type { Registration, UeSession } from './registrations.ts';

/** Names a session across the core. */
function refOf({ supi }: Registration, { id }: UeSession): string {
  return `urn:uuid:${supi}-${id}`;
}

function print(registration: Registration): unknown {
  const { supi, mcc, mnc, tac, isConnected, sessions } = registration;
  return {
    AccessType: '3GPP_ACCESS',
    Supi: supi,
    Guti: '',
    Mcc: mcc,
    Mnc: mnc,
    Tac: tac,
    PduSessions:
      sessions.length === 0
        ? null
        : sessions.map((session) => ({
            PduSessionId: String(session.id),
            SmContextRef: refOf(registration, session),
            Sst: String(session.sst),
            Sd: session.sd,
            Dnn: session.dnn,
          })),
    CmState: isConnected ? 'CONNECTED' : 'IDLE',
  };
}

/** Null when nobody is registered. */
export function listRegistrations(core: Core): Answer {
  const all = core.state.ues.all();
  return json(200, all.length === 0 ? null : all.map(print));
}

export function getRegistration(core: Core, call: Call): Answer {
  const found = core.state.ues.get(call.name);
  return found === undefined ? json(404, { status: 404, cause: 'CONTEXT_NOT_FOUND' }) : json(200, [print(found)]);
}

export function getSession(core: Core, call: Call): Answer {
  for (const registration of core.state.ues.all()) {
    const session = registration.sessions.find((each) => refOf(registration, each) === call.name);
    if (session === undefined) continue;
    return json(200, {
      Supi: registration.supi,
      PDUSessionID: String(session.id),
      Dnn: session.dnn,
      Sst: String(session.sst),
      Sd: session.sd,
      AnType: '3GPP_ACCESS',
      PDUAddress: session.address,
      UpCnxState: registration.isConnected ? 'ACTIVATED' : 'DEACTIVATED',
    });
  }
  return json(404, null);
}
