// Which users belong to which slice: the slice manager's checks in its order. An association is never taken back.
import { Cause, find, integer, sendToNode, setItems } from './rsm.ts';
import type { SdRanState } from './state.ts';

export interface AssociationRequest {
  readonly e2_node_id: string;
  readonly ue_id: readonly { readonly ue_id: string; readonly type: number }[];
  readonly dl_slice_id: string;
  readonly ul_slice_id: string;
  readonly drb_id: string;
}

const DU_UE_F1AP_ID = 1;
const LAST_ID_TYPE = 4;

/** @throws Cause */
export function setUeSliceAssociation(state: SdRanState, request: AssociationRequest): void {
  const { e2_node_id: du, dl_slice_id: downlink, ul_slice_id: uplink } = request;
  const cu = centralUnitOf(state, du);
  for (const { ue_id: id, type } of request.ue_id) {
    if (id !== '' && (!/^[+-]?[0-9]+$/.test(id) || type < 0 || type > LAST_ID_TYPE)) {
      throw new Cause(`Invalid ID format ${id} (type ${type})`);
    }
  }
  const drb = integer(request.drb_id, 'drb-id');
  if (downlink !== '') integer(downlink, 'slice id');
  if (uplink !== '') integer(uplink, 'slice id');
  if (downlink === '' && uplink === '') throw new Cause('both DL slice ID and UL slice ID are empty');
  const ue = request.ue_id.find(({ type }) => type === DU_UE_F1AP_ID)?.ue_id;
  if (ue === undefined || ue === '') throw new Cause('need valid du-ue-f1ap-id');
  const wanted = [downlink, uplink].map((slice_id, sliceType) => find(state, { e2_node_id: du, slice_id, sliceType }));
  if (wanted.every((item) => item === undefined)) throw new Cause('invalid slice ID');
  const user = state.users.find((known) => known.cu === cu && known.duUeF1apId === ue);
  if (user === undefined) {
    throw new Cause(
      `failed to get UENIB UE info (CuID ${cu} DUID ${du} UEID ${ue}): err: UE ID UE_ID_TYPE_DU_UE_F1_AP_ID ${ue} does not ` +
        `exist in CU ${cu}`,
    );
  }
  if (user.du !== undefined && user.du !== du) {
    throw new Cause(
      `DU ID in UENIB and received DU ID are not matched - received DU ID: ${du} DU ID in uenib: ${user.du}`,
    );
  }
  if (!user.drbs.includes(drb)) throw new Cause('the number of bearers is 0');
  sendToNode(state, du, 1);
  user.du = du;
  for (const item of wanted) if (item !== undefined) move(state, du, { ue, drb }, item);
}

/** The bearer leaves the slice of the same direction that it was in. */
function move(
  state: SdRanState,
  node: string,
  user: { readonly ue: string; readonly drb: number },
  to: { readonly id: string; readonly type: number },
): void {
  const items = (state.slices.get(node) ?? []).map((item) => {
    if (item.type !== to.type) return item;
    const others = item.users.filter(({ ue, drb }) => ue !== user.ue || drb !== user.drb);
    return { ...item, users: item.id === to.id ? [...others, user] : others };
  });
  setItems(state, node, items);
}

function centralUnitOf({ nodes }: SdRanState, du: string): string {
  const gnb = (node: string): string => node.split('/').slice(0, 2).join('/');
  const cu = nodes.find((node) => node !== du && gnb(node) === gnb(du));
  if (cu !== undefined) return cu;
  throw new Cause(
    `DU ${du} does not have CU in onos-topo (RNIB) - please add or update CU-DU relation: CU-ID not found (DU-ID: ${du})`,
  );
}
